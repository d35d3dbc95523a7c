import { expect, test } from 'vitest'
import { decodeText } from '../../src/slack/files/text.ts'

/** Texts as short as a cell may be, as other programs write them. */
test.each([
  ['Windows-1252', '4772f6df65', 'Größe'],
  ['Windows-1252', '66fc72', 'für'],
  ['Windows-1252', '7472e873206269656e', 'très bien'],
  ['Windows-1252', '5072e96e6f6d3b417669730a5a6fe93b5472e873206269656e', 'Prénom;Avis\nZoé;Très bien'],
  ['Windows-1252', '4c612061706c6963616369f36e20657374e1206c656e7461', 'La aplicación está lenta'],
  ['Windows-1252', '707265e76f2c646573637269e7e36f', 'preço,descrição'],
  ['Windows-1252', '6974927320736c6f77', 'it’s slow'],
  ['Windows-1252', '636f737473203580', 'costs 5€'],
  ['Windows-1252', 'a335', '£5'],
  ['Windows-1252', '9366696e65942096206f6b', '“fine” – ok'],
  ['Shift-JIS', '94d48d862c83520d0a312c89e696ca', '番号,コ\r\n1,画面'],
  ['Shift-JIS', '927882a2', '遅い'],
  ['Shift-JIS', '82b288d38ca90a82c682c482e097c782a2', 'ご意見\nとても良い'],
  ['Shift-JIS', '96bc914f2c8ab4917a0a936392862c97c782a2', '名前,感想\n田中,良い'],
  ['Shift-JIS', '83418393836883892c836f8393834f8389836683568385', 'アンドラ,バングラデシュ'],
  ['GBK', 'd3d6c9c1cdcbc1cb', '又闪退了'],
  ['GBK', 'bac3', '好'],
  ['GBK', 'b1e0bac52cc4dac8dd0a312cccabc2fd', '编号,内容\n1,太慢'],
  ['GBK', 'd475d5930abadcc2fd', '評論\n很慢'],
  ['GBK', 'd0d5c3fb2cb7b4c0a10ad5c5c8fd2cb2bbb4ed', '姓名,反馈\n张三,不错'],
  ['Big5', 'a4baae650aa453b07bb068a446', '內容\n又閃退了'],
  ['Big5', '69642cb74ea8a30a312ca4d3ba43', 'id,意見\n1,太慢'],
  ['Big5', 'a741a66e', '你好'],
  ['Big5', 'a96da6573bb5fbbdd70aa4fda470a9fa3babdca66e', '姓名;評論\n王小明;很好'],
  ['EUC-KR', 'c0c7b0df0ab4c0b7c1bfe4', '의견\n느려요'],
  ['EUC-KR', 'bedbc0cc20c0dab2d920b2a8c1aebfe4', '앱이 자꾸 꺼져요'],
  ['EUC-KR', 'c0ccb8a72cc0c7b0df0ab1e82cc1c1bec6bfe4', '이름,의견\n김,좋아요'],
  ['EUC-KR', 'c8c4b1e20abab0b7ce', '후기\n별로'],
  ['Windows-1251', 'eef2e7fbe20aeef7e5edfc20ece5e4ebe5ededee', 'отзыв\nочень медленно'],
  ['Windows-1250', '70f8ed6c699a209e6c759d6f75e86bfd206bf9f2', 'příliš žluťoučký kůň'],
  ['Windows-1255', 'e0e9e8e920eee0e5e320ece020f2e5e1e3', 'איטי מאוד לא עובד'],
  ['Windows-1256', 'c8d8edc120cccfc720e1c720eddae3e1', 'بطيء جدا لا يعمل'],
  ['EUC-JP', 'c8d6b9e62ca5b3a5e1a5f3a5c80a312cb2e8cccc', '番号,コメント\n1,画面'],
])('a short text in %s (%s) is read', async (_, hex, text) => {
  expect(await decodeText(Buffer.from(hex, 'hex'))).toBe(text)
})

test.each([
  ['half-width kana, which may be Korean', 'c3bdc4'],
  ['half UTF-8 and half Windows-1252', `${Buffer.from('naïve, café, über, où\n').toString('hex')}4772f6df650a`],
  ['UTF-16 that lost a byte', `fffe${Buffer.from('abc', 'utf16le').toString('hex')}00`],
])('text that is %s is not guessed at', async (_, hex) => {
  expect(await decodeText(Buffer.from(hex, 'hex'))).toBeUndefined()
})

test('a large text is decoded whole, also when its first character beyond ASCII stands at its end', async () => {
  const ascii = 'all good here\n'.repeat(100_000)
  expect(await decodeText(Buffer.from(`${ascii}Größe`, 'latin1'))).toBe(`${ascii}Größe`)
})
