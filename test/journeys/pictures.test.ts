import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { createRecognizer } from '../../src/slack/documents/recognize.ts'
import { fill, toAnimation, toScan, toSvg, toTiff } from '../files/pictures.ts'
import { command, open, untilTold } from '../settings-story.ts'
import { freePort, openStory, type Story, toSeen } from '../story.ts'

/** Asks about files, and gives the pictures and the text that the model was given, and the answer. */
async function ask(story: Story, files: Record<string, Uint8Array>, threadTs?: string) {
  const { slack, model } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const ids = Object.entries(files).map(([name, bytes]) => slack.upload(dana, name, bytes).id)
  const text = `<@${slack.botUserId}> what do they show?`
  const said = await slack.do({
    do: 'say',
    as: dana,
    channel: general,
    text,
    files: ids,
    ...(threadTs && { threadTs }),
  })
  const ts = threadTs ?? String(said.ts)
  const exchange = await model.next()
  exchange.reply('Blue.')
  // The line with the model's name comes with the last edit.
  const isWhole = ({ blocks }: Awaited<ReturnType<Story['untilReply']>>) =>
    story.replies(general, ts).length === model.requests.length &&
    blocks?.some(({ block_id }) => block_id === 'answer_author') === true
  const reply = await story.untilReply(general, ts, isWhole, 'the answer')
  const content = exchange.body.messages.at(-1)?.content ?? ''
  const urls = typeof content === 'string' ? [] : content.flatMap(({ image_url }) => image_url?.url ?? [])
  const pictures = urls.map(url => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))
  return { ts, pictures, prompt: exchange.prompt, seen: toSeen(reply) }
}

test('a model that sees is given scans, TIFF, SVG, animations and large photos as pictures of the size that it uses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'secret.png'), await fill(9, 9, '#00ff00').png().toBuffer())
  const reference = `<image width="99999" height="99999" href="${join(folder, 'secret.png')}"/>`
  const files = {
    'scan.pdf': toScan(12),
    'drawing.svg': toSvg(`${reference}<path d="M0 99999 H99999 V0 Z" fill="red"/>`, 99_999),
    'photo.jpg': await fill(4_000, 3_000).jpeg().toBuffer(),
    'print.jpg': await fill(40, 30).toColourspace('cmyk').jpeg().toBuffer(),
    'wave.gif': await toAnimation(),
    'small.png': await fill(512, 512).png().toBuffer(),
  }
  const { pictures, prompt, seen } = await ask(await openStory(), files)
  const sizes = await Promise.all(pictures.map(picture => sharp(picture).metadata()))
  expect(sizes.map(({ width, height }) => `${width}x${height}`)).toEqual([
    ...Array.from({ length: 10 }, () => '768x993'),
    '768x768',
    '1024x768',
    '40x30',
    '10x10',
    '512x512',
  ])
  expect(prompt).toContain('(images of pages 1 to 10 of 12)')
  expect(seen).toContain('read the first 10 of 12 pages of scan.pdf')
  const [red, green] = (await sharp(pictures[10]).stats()).channels.map(({ mean }) => Math.round(mean))
  // Red on white; the file of this machine that it refers to is green.
  expect(red).toBeGreaterThan(250)
  expect(green).toBeGreaterThan(100)
  // A picture that fits goes as it is.
  expect(pictures.at(-1)).toEqual(files['small.png'])
})

test('a model that does not see is told that a scan has no text, with the cure', async () => {
  const { pictures, seen } = await ask(await openStory({ model: { name: 'my-own-model' } }), { 'scan.pdf': toScan(1) })
  expect(pictures).toHaveLength(0)
  expect(seen).toMatch(/^I couldn’t read scan\.pdf: .*text recognition \(OCR\)/)
})

test('a thread with many pictures shows the model the newest, and the others are named once with the cure', async () => {
  const story = await openStory()
  const { ts } = await ask(story, { 'one.tif': toTiff(10), 'two.tif': toTiff(1_000) })
  const dot = await fill(5, 5).png().toBuffer()
  const { pictures, prompt, seen } = await ask(story, { 'dot.png': dot }, ts)
  expect(pictures).toEqual([dot])
  expect(story.model.requests.at(-1)?.prompt.split('data:image')).toHaveLength(12)
  expect(prompt).toMatch(/one\.tif\\" missing=\\"[^"]*newest 20/)
  expect(seen).toMatch(
    /^I couldn’t read one\.tif: .*newest 20 pictures.*\n\nBlue\.\n.*read the first 10 of 1,000 pages of two\.tif/,
  )
})

test('ten pictures of a thread are described once and then cost nothing, until a question is about one of them', async () => {
  const port = await freePort()
  const story = await open({ config: { port } })
  const { slack, model } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const files = await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      const photo = await fill(800, 600, `rgb(${20 * at}, 90, 90)`)
        .jpeg()
        .toBuffer()
      return slack.upload(dana, `photo-${at + 1}.jpg`, photo).id
    }),
  )
  const sent: number[] = []
  const requests: string[] = []
  const next = async () => {
    const exchange = await model.next()
    const content = exchange.body.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    sent.push(content.filter(({ type }) => type === 'image_url').length)
    requests.push(exchange.prompt)
    return exchange
  }
  let threadTs = ''
  const turn = async (text: string, ids: string[] = []) => {
    const place = { channel: general, ...(threadTs !== '' && { threadTs }) }
    const { ts } = await slack.do({ do: 'say', as: dana, text: `<@${slack.botUserId}> ${text}`, files: ids, ...place })
    threadTs ||= String(ts)
    const answers = sent.length
    const exchange = await next()
    exchange.reply(`Answer ${answers}.`)
    await story.untilReply(general, threadTs, reply => toSeen(reply).includes(`Answer ${answers}.`), 'the answer')
  }
  await turn('what do they show?', files)
  const describing = await next()
  expect(requests[1]?.startsWith(requests[0] ?? 'none')).toBe(true)
  expect(describing.prompt).toMatch(/notes of each[\s\S]*1\. photo-1\.jpg\n2\. photo-2\.jpg/)
  const things = ['door', 'bridge', 'cat', 'lamp', 'tree', 'ship', 'road', 'lake', 'hat', 'clock']
  describing.reply(things.map((thing, at) => `${at + 1}. A ${thing} under the sky, <b>sign</b> “${at}7”.`).join('\n\n'))
  const countTokens = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  await expect.poll(countTokens).toContain('tokens_total{direction="in"} 22')

  await turn('who comes on Thursday?')
  expect(requests[2]).toMatch(
    /photo-10\.jpg.{1,9}\(image, seen before; your notes of it:\)\nA clock under the sky, &lt;b/,
  )
  await turn('what colour is the bridge?')
  expect(requests[3]).toMatch(/is the bridge\?.{1,20}photo-2\.jpg.{1,9}\(image, shown again\)/)
  expect(requests[3]?.startsWith(requests[2] ?? 'none')).toBe(true)
  await command(story, dana, general, 'why')
  await untilTold(story, dana, /Pictures: 1, about 765 tokens/)
  await turn('and is photo-10 sharp?')
  await turn('thank you, who brings the cake?')
  // Ten for the first answer and ten, mostly from the provider’s cache, for their description; without it, fifty.
  expect(sent).toEqual([10, 10, 0, 1, 1, 0])
})

/** A log that keeps its warnings. */
const warnings: string[] = []
const log = { warn: (...line: unknown[]) => void warnings.push(JSON.stringify(line)) }

/** A row of Tesseract's table: a word, its line, and how sure it is. */
const toRow = ([line, word, sure]: (string | number)[]) =>
  `5\\t1\\t1\\t1\\t${line}\\t1\\t0\\t0\\t9\\t9\\t${sure}\\t${word}`

/** A program that answers as Tesseract does, with these languages; the last line is one that it is not sure of. It may `fail`. */
async function installTesseract(languages: string[], fail = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const command = join(folder, 'tesseract')
  const words = [
    [1, 'Invoice', 96],
    [1, '4711', 91],
    [2, '退', 88],
    [2, '款', 90],
    [3, '%~', 12],
  ]
  const rows = words.map(toRow)
  const script = `#!${process.execPath}
const [first, , , languages] = process.argv.slice(2)
if (first === '--list-langs') console.log('List of available languages (9):\\n${languages.join('\\n')}')
else process.stdin.once('data', ([a, b]) => {
  ${fail}
  const isJpeg = a === 0xff && b === 0xd8
  console.log('level\\tpage_num\\n${rows.join('\\n')}\\n5\\t1\\t2\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t99\\t' + languages + isJpeg + Object.keys(process.env).includes('HOME'))
  process.exit()
})`
  await writeFile(command, script)
  await chmod(command, 0o755)
  return command
}

test('a model that does not see is given the text that Tesseract finds in scans and pictures, in the person’s language; one that sees the pictures', async () => {
  const recognize = await createRecognizer(log, await installTesseract(['eng', 'chi_sim', 'osd']))
  const listed = [{ id: 'my-own-model' }, { id: 'gpt-4o' }]
  const story = await openStory({ model: { name: 'my-own-model' }, listed, recognize })
  const { slack, model } = story
  const { mei, general } = { ...slack.people, ...slack.channels }
  const tif = slack.upload(mei, 'dot.tif', toTiff(1)).id
  const pdf = slack.upload(mei, 'scan.pdf', toScan(2)).id
  const text = `<@${slack.botUserId}> 金额是多少？`
  const { ts } = await slack.do({ do: 'say', as: mei, channel: general, text, files: [tif, pdf] })
  const exchange = await model.next()
  const found = 'Invoice 4711\n退款\n\nchi_sim+engtruefalse'
  expect(exchange.prompt).toContain(`<file name="dot.tif">[Recognized in a picture, may be wrong]\n${found}</file>`)
  expect(exchange.prompt).toContain(`may be wrong]\n[Page 1]\n\n${found}\n\n[Page 2]\n\n${found}</file>`)
  exchange.reply('4711。')
  const isRead = (reply: Parameters<typeof toSeen>[0]) =>
    /4711。[\s\S]*scan\.pdf 的文字由 OCR 识别，可能有误/.test(toSeen(reply))
  const threadTs = String(ts)
  await story.untilReply(general, threadTs, isRead, 'the footer')
  const askAgain = async (use: string) => {
    await story.say(mei, general, `<@${slack.botUserId}> use ${use} here`, threadTs)
    const isUsed = (reply: Parameters<typeof toSeen>[0]) => /in this thread/.test(toSeen(reply))
    await story.untilReply(general, threadTs, isUsed, 'the confirmation')
    await story.say(mei, general, `<@${slack.botUserId}> 税是多少？`, threadTs)
    const again = await model.next()
    again.reply(`${use}: 19%.`)
    await story.untilReply(general, threadTs, reply => toSeen(reply).includes(`${use}: 19%.`), 'the answer')
    return { images: again.prompt.split('data:image/jpeg').length - 1, isRecognized: again.prompt.includes(found) }
  }
  expect(await askAgain('gpt-4o')).toEqual({ images: 3, isRecognized: false })
  // That one model has seen them does not make another one see.
  expect(await askAgain('the default model')).toEqual({ images: 0, isRecognized: true })
})

test('a page in another language than the person’s is recognized in the languages that are installed', async () => {
  // What Tesseract made of a Chinese page in English.
  const noise = [
    [1, 'BME', 52],
    [2, 'SB:', 24],
    [3, 'SKAWEKAMLAN,', 21],
    [4, 'REGERERUSREM,', 33],
    [5, 'WAR,', 64],
  ].map(toRow)
  const inEnglish = `if (languages === 'eng') { console.log('${noise.join('\\n')}'); process.exit() }`
  const recognize = await createRecognizer(log, await installTesseract(['chi_sim', 'eng', 'jpn'], inEnglish))
  const { text } = await recognize(Buffer.from('a page'), 'en-GB')
  expect(text).toBe('Invoice 4711\n退款\n\neng+chi_sim+jpnfalsefalse')
  // Where there is no other language, what is sure counts.
  const alone = await createRecognizer(log, await installTesseract(['eng'], inEnglish))
  expect(await alone(Buffer.from('a page'), 'en-GB')).toMatchObject({ text: 'BME\nWAR,' })
})

test('text recognition that fails is told of with its own sentence and tried again, and its kind is logged without a word of the picture', async () => {
  let isBroken = true
  const [works, fails] = await Promise.all(
    ['', "console.error('Invoice 4711'); process.exit(3)"].map(async fail =>
      createRecognizer(log, await installTesseract(['eng'], fail)),
    ),
  )
  // The third page of a scan is not begun once two minutes were spent on those before.
  const recognize: typeof works = async (...given) => {
    const page = await (isBroken ? fails : works)?.(...given)
    return { text: page?.text ?? '', tookMs: 61_000 }
  }
  const story = await openStory({ model: { name: 'my-own-model' }, recognize })
  const files = { 'scan.pdf': toScan(3) }
  const broken = await ask(story, files)
  expect(broken.seen).toMatch(/^I couldn’t read scan\.pdf: text recognition \(OCR\) failed; ask again/)
  expect(warnings.filter(line => line.includes('"exit code 3"'))).toHaveLength(1)
  expect(warnings.join()).not.toContain('4711')
  isBroken = false
  const { prompt, seen } = await ask(story, {}, broken.ts)
  expect(prompt).toContain('[Page 2]\n\nInvoice 4711')
  expect(seen).toContain('read the first 2 of 3 pages of scan.pdf')
})

test('the bot does not start with recognition but without Tesseract or its languages, and says the cure', async () => {
  await expect(createRecognizer(log, 'no-such-tesseract')).rejects.toThrow(
    /OCR: the program tesseract can’t be started; install/,
  )
  await expect(createRecognizer(log, await installTesseract(['osd']))).rejects.toThrow(
    /OCR: Tesseract has no languages/,
  )
})

const recognizeForReal = await createRecognizer(log).catch(() => undefined)

test.skipIf(recognizeForReal === undefined)('Tesseract reads print', async () => {
  const print = toSvg(
    '<rect width="900" height="900" fill="white"/><text x="40" y="99" font-size="40">Refunds take 7 days</text>',
    900,
  )
  const read = await recognizeForReal?.(await sharp(print).jpeg().toBuffer(), 'en-GB')
  expect(read?.text).toContain('Refunds take 7 days')
})

test('of a PDF that is too large, the model is given Slack’s picture of the first page, and the footer says so', async () => {
  const story = await openStory()
  const { slack, model } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const page = slack.upload(dana, 'page.png', await fill(30, 40).png().toBuffer())
  await slack.do({ do: 'say', as: dana, channel: general, text: 'here', files: [page.id] })
  const answer = await fetch(`${slack.apiUrl}files.info`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ file: page.id }),
  })
  const thumb = ((await answer.json()) as { file: { url_private: string } }).file.url_private
  const size = 20_000_000
  const pdf = { id: 'F9', name: 'book.pdf', mimetype: 'application/pdf', size, url_private: thumb, thumb_pdf: thumb }
  const ts = slack.post({ user: dana, channel: general, text: `<@${slack.botUserId}> what is it?`, files: [pdf] })
  const exchange = await model.next()
  expect(exchange.prompt).toMatch(/book\.pdf.{1,9}\(image of its first page.*data:image\/png/)
  exchange.reply('A book.')
  const isSaid = (reply: Parameters<typeof toSeen>[0]) =>
    /only the first page of book\.pdf was read/.test(toSeen(reply))
  await story.untilReply(general, String(ts), isSaid, 'the footer')
})
