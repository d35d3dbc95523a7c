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

const usage = `Usage: npm run pictures -- FOLDER

Does everything that the README says people can do in a fresh playground, with Chromium, and puts pictures of it into FOLDER:
in English and Chinese, light and dark, on a desktop and a phone.

  CHROMIUM_PATH        where Chromium is (/usr/bin/chromium)
`
const { positionals } = parseCommandLine(usage, {}, { allowPositionals: true })
const [folder = 'pictures'] = positionals

/** A cat's face, so that a picture is seen to be one. */
const cat = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="0 0 32 32">
  <path fill="#f6d9a8" d="M0 0h32v32H0z"/><path fill="#6b4f3a" d="M7 5l6 5h6l6-5v14a9 9 0 0 1-18 0z"/>
  <path fill="#9fd356" d="M10 14h4v4h-4zM18 14h4v4h-4z"/><path fill="#e58a8a" d="M14.500 20h3L16 22z"/>
</svg>`
const drawn = new Resvg(cat).render().asPng().toString('base64')

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
  const heard = { en: 'When do we ship the new sign-up page?', zh: '安卓版什么时候发布？' }[language]
  const ear = await openTranscriptionServer(() => ({ text: heard }), toEnd)
  const voice = await createSpeechServer({ atEnd: toEnd })
  const images = await createImageServer({ drawn, atEnd: toEnd })
  const env = {
    TRANSCRIPTION_BASE_URL: ear.baseUrl,
    SPEECH_BASE_URL: voice.config.baseUrl,
    SPEECH_MODEL: voice.config.model,
    SPEECH_VOICE: voice.config.voice,
    IMAGE_BASE_URL: images.config.baseUrl,
    IMAGE_MODEL: images.config.name,
  }
  const { url } = await openPlayground(env, { atEnd: toEnd })
  // 小梅 lives in Shanghai; Dana where the machine stands.
  const zone = language === 'zh' && { timezoneId: 'Asia/Shanghai' }
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: language, ...zone })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(url)
  if (language === 'zh') {
    await page.getByRole('button', { name: /Dana$/ }).click()
    await page.getByRole('menuitemradio', { name: '小梅' }).click()
  }
  const stage = createStage(page, language, join(folder, language))
  for (const [index, { names, perform }] of gestures.entries()) {
    const number = String(index + 1).padStart(2, '0')
    const picture = (part = '', reopen?: () => Promise<unknown>) => stage.picture(`${number}${part}`, reopen)
    await perform({ ...stage, picture }).catch(async error => {
      await picture('-failed')
      throw new Error(`Not as the README says: ${names[language]}`, { cause: error })
    })
    process.stdout.write(`${language} ${number} ${names[language]}\n`)
  }
  await context.close()
}
