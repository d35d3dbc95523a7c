import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import type { Browser } from 'playwright-core'
import { parseCommandLine } from '../../src/cli/command-line.ts'
import { createImageServer } from '../image-server.ts'
import { openChromium } from '../playground/chromium.ts'
import { openPlayground } from '../playground/open-playground.ts'
import { createSpeechServer } from '../speech-server.ts'
import { openTranscriptionServer } from '../transcription-server.ts'
import { gestures } from './gestures.ts'
import { createStage } from './stage.ts'

const usage = `Usage: npm run pictures -- FOLDER [NUMBER …]

Does everything that the README says people can do in a fresh playground, with Chromium, and puts pictures of it into FOLDER:
in English and Chinese, light and dark, on a desktop and a phone. With numbers, it does these rows of the README's table alone.

  CHROMIUM_PATH        where Chromium is (/usr/bin/chromium)
`
const { positionals } = parseCommandLine(usage, {}, { allowPositionals: true })
const [folder = 'pictures', ...only] = positionals

/** The colours of the sky and the bicycle, and where the sun stands. */
const looks = [
  { sky: '#f6d9a8', bicycle: '#c0392b', sun: 26 },
  { sky: '#c9b6e4', bicycle: '#2f7d5b', sun: 6 },
] as const
const blueLook = { sky: '#a9cdf5', bicycle: '#1f5fae', sun: 26 }

/** Draws a cat that rides a bicycle, every other time with another look, and a blue one for who wishes it. */
function drawCat({ prompt }: { prompt: string }, count: number): string {
  const { sky, bicycle, sun } = /blue|蓝/.test(prompt) ? blueLook : looks[count % 2 === 0 ? 1 : 0]
  const wheel = (x: number) =>
    `<g fill="none" stroke="#333"><circle cx="${x}" cy="24" r="4.500"/><path stroke-width=".3" d="M${x - 4.5} 24h9M${x} 19.500v9"/></g>`
  const cat = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="0 0 32 32">
    <path fill="${sky}" d="M0 0h32v32H0z"/><circle cx="${sun}" cy="6" r="3" fill="#fff3b0"/>
    <path fill="#7a9e6b" d="M0 28h32v4H0z"/>${wheel(8)}${wheel(24)}
    <path fill="none" stroke="${bicycle}" stroke-width="1.200" d="M8 24l4-7h9l3 7M12 17l4 7h-8M16 24l5-7M21 17l-1-3h3"/>
    <path fill="none" stroke="#6b4f3a" stroke-width="1.200" d="M9 16c-4 0-5-3-3-5M15 17l2 6M16 12l5 2"/>
    <ellipse cx="12.500" cy="13.500" rx="4" ry="3.500" fill="#6b4f3a"/>
    <path fill="#6b4f3a" d="M13 3l2 2h3l2-2v5a3.500 3.500 0 0 1-7 0z"/>
    <path fill="#9fd356" d="M14.500 6.500h1.200v1.200h-1.200zM17.300 6.500h1.200v1.200h-1.200z"/><path fill="#e58a8a" d="M16 9h1l-.5.600z"/>
  </svg>`
  return new Resvg(cat).render().asPng().toString('base64')
}

/** Words that are heard in recordings of up to so many seconds, in stretches by the second at which they begin. */
const recordings: { seconds: number; en: [start: number, text: string][]; zh: [start: number, text: string][] }[] = [
  {
    seconds: 5,
    en: [[0, 'When do we ship the new sign-up page?']],
    zh: [[0, '安卓版什么时候发布？']],
  },
  {
    seconds: 30,
    en: [
      [0, 'Yesterday I finished the form for the sign-up page.'],
      [11, 'Today I’m testing the confirmation email.'],
      [20, 'I still need an old phone for the tests.'],
    ],
    zh: [
      [0, '昨天我把注册页面的表单做完了。'],
      [11, '今天我来测试确认邮件。'],
      [20, '测试还缺一台旧手机。'],
    ],
  },
  {
    seconds: 125,
    en: [
      [0, 'Let’s plan the demo for the trade fair.'],
      [30, 'We decided to show the sign-up page on two tablets.'],
      [60, 'I will print the price list by Tuesday.'],
      [90, 'The stand is open from nine to five on both days.'],
      [110, 'Who brings the adapters?'],
    ],
    zh: [
      [0, '我们来安排一下展会上的演示。'],
      [30, '大家决定用两台平板展示注册页面。'],
      [60, '价目表我来打印，周二之前完成。'],
      [90, '展位两天都是九点到五点开放。'],
      [110, '转接头谁带？'],
    ],
  },
]

const atEnd: (() => void)[] = []
const browser = await openChromium()
try {
  for (const language of ['en', 'zh'] as const) await takePictures(browser, language)
} finally {
  await browser.close()
  for (const end of atEnd) end()
}

async function takePictures(browser: Browser, language: 'en' | 'zh'): Promise<void> {
  const toEnd = (end: () => void) => atEnd.push(end)
  // The bot names files by their format alone; a word stands for each second.
  const hear = ({ words }: { words: string[] }) => {
    const heard = recordings.find(({ seconds }) => words.length <= seconds)?.[language] ?? []
    const segments = heard.map(([start, text]) => ({ start, text }))
    return { text: segments.map(({ text }) => text).join(language === 'en' ? ' ' : ''), segments }
  }
  const ear = await openTranscriptionServer(hear, toEnd)
  const voice = await createSpeechServer({ atEnd: toEnd })
  const images = await createImageServer({ draw: drawCat, atEnd: toEnd })
  const env = {
    TRANSCRIPTION_BASE_URL: ear.baseUrl,
    SPEECH_BASE_URL: voice.config.baseUrl,
    SPEECH_MODEL: voice.config.model,
    SPEECH_VOICE: voice.config.voice,
    IMAGE_BASE_URL: images.config.baseUrl,
    IMAGE_MODEL: { en: 'sample picture', zh: '示例图片' }[language],
  }
  const { url } = await openPlayground(env, { atEnd: toEnd })
  // Who comes with a Chinese browser is 小梅 in Shanghai; else Dana, where the machine stands.
  const zone = language === 'zh' && { timezoneId: 'Asia/Shanghai' }
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: language, ...zone })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(url)
  const stage = createStage(page, language, join(folder, language))
  for (const [index, { names, perform }] of gestures.entries()) {
    const number = String(index + 1).padStart(2, '0')
    if (only.length > 0 && !only.includes(String(index + 1))) continue
    const picture = (part = '', reopen?: () => Promise<unknown>) => stage.picture(`${number}${part}`, reopen)
    await perform({ ...stage, picture }).catch(async error => {
      await picture('-failed')
      throw new Error(`Not as the README says: ${names[language]}`, { cause: error })
    })
    process.stdout.write(`${language} ${number} ${names[language]}\n`)
  }
  await context.close()
}
