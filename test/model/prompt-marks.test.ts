import { expect, test } from 'vitest'
import { createMarkFilter, withoutPromptMarks } from '../../src/model/prompt-marks.ts'
import { findSteepGrowth } from '../growth.ts'

function read(pieces: Iterable<string>): string {
  const filter = createMarkFilter()
  return [...pieces].map(piece => filter.push(piece)).join('') + filter.end()
}

test.each([
  ['4</message>', '4'],
  ['<message from="bot" time="now">4</message>\n', '4\n'],
  ['<file name="a.txt"/>See <file name="a">x</file>', 'See x'],
  ['<forwarded from="小梅" in="general">周四</forwarded>', '周四'],
  ['See <preview>Example</preview>, <previews>, <forward> and <p>', 'See Example, <previews>, <forward> and <p>'],
  ['`</message>` ends one', '`</message>` ends one'],
  ['``a ` </message>``</message>', '``a ` </message>``'],
  ['```xml\n<message>x</message>\n```\n</message>', '```xml\n<message>x</message>\n```\n'],
  ['a < b, <b>c</b> <files> <messages> <fil', 'a < b, <b>c</b> <files> <messages> <fil'],
  ['A lone ` here\nand </message>there', 'A lone ` here\nand there'],
  ['4<|im_end|>', '4'],
  ['<s>4</s>', '4'],
  ['4<|eot_id|><|end_of_text|>', '4'],
  ['4<end_of_turn>\n', '4\n'],
  ['4<｜end▁of▁sentence｜>', '4'],
  ['<|begin_of_box|>4<|end_of_box|>', '4'],
  ['`<|im_end|>` ends a turn, <|x|> and <|im do not', '`<|im_end|>` ends a turn, <|x|> and <|im do not'],
  ['<message', '<message'],
  ['', ''],
])('the marks of prompts and turns in %j become %j, however it is cut into pieces', (answer, shown) => {
  expect(withoutPromptMarks(answer)).toBe(shown)
  expect(read(answer)).toBe(shown)
  for (let at = 0; at <= answer.length; at += 1) expect(read([answer.slice(0, at), answer.slice(at)])).toBe(shown)
})

test.each([
  '<',
  '<message',
  '<message ',
  '</message>',
  '<forwarded ',
  '`',
  '`<',
  '\n```\n',
  '<message a<',
  '<|im_end|>',
  '<|',
])('marks are taken out in time that grows linearly with the answer: %j', { timeout: 60_000 }, pattern => {
  expect(findSteepGrowth(withoutPromptMarks, pattern)).toBeUndefined()
  expect(findSteepGrowth(answer => read(answer.match(/[\s\S]{1,7}/g) ?? []), pattern)).toBeUndefined()
})
