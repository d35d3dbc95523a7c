/** Recognizes text in pictures, for models that do not see, with Tesseract, a program of the machine. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StartError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { createSemaphore } from '../../semaphore.ts'
import { DocumentProblem } from './problem.ts'

const execute = promisify(execFile)

/** Drawn larger than for a model: recognition needs print of about 200 dots an inch. */
export const recognizedLimits = { side: 2_400 }

/** A page of print takes one to five seconds. */
const pageMs = 40_000
const maxOutputBytes = 8_000_000
/** Other languages in which a page is read. */
const mostOthers = 3
/** Lines of less are mostly edges of things in a photo. From 0 to 100. */
const leastConfidence = 50

/** Tesseract's names of languages by the beginning of a locale; the longest that fits counts. */
const languages: Record<string, string> = {
  'zh-tw': 'chi_tra',
  'zh-hk': 'chi_tra',
  zh: 'chi_sim',
  ja: 'jpn',
  ko: 'kor',
  de: 'deu',
  fr: 'fra',
  es: 'spa',
  pt: 'por',
  it: 'ita',
  nl: 'nld',
  pl: 'pol',
  ru: 'rus',
  sv: 'swe',
  tr: 'tur',
  cs: 'ces',
  uk: 'ukr',
  vi: 'vie',
}

/**
 * Creates the recognizer. It runs one process at a time, which gets neither the environment nor a picture that was not drawn here. Throws
 * a `StartError` if the program or its languages are missing.
 */
export async function createRecognizer(log: Pick<Log, 'warn'>, command = 'tesseract') {
  const installed = await listLanguages(command)
  const semaphore = createSemaphore(1)
  /**
   * Recognizes the text of a picture in a person's language and in English, and in other installed ones if most of it is none. Resolves with a blank text if there is none, and with the
   * time that the process took, in milliseconds. Throws a `DocumentProblem` if the process fails.
   */
  return (picture: Uint8Array, locale: string, signal?: AbortSignal): Promise<{ text: string; tookMs: number }> =>
    semaphore.run(async () => {
      signal?.throwIfAborted()
      const startedAt = performance.now()
      try {
        const selected = selectLanguages(locale, installed)
        const page = renderWords(await runTesseract(command, selected, picture, signal))
        const others = page.isMostlyUnsure ? selectOthers(selected, installed) : []
        const more =
          others.length === 0
            ? ''
            : await runTesseract(command, [...selected, ...others], picture, signal).catch(() => '')
        signal?.throwIfAborted()
        const { text } = [page, renderWords(more)].reduce((a, b) =>
          countLetters(b.text) > countLetters(a.text) ? b : a,
        )
        return { text, tookMs: performance.now() - startedAt }
      } catch (error) {
        signal?.throwIfAborted()
        const kind = nameFailure(error)
        const milliseconds = Math.round(performance.now() - startedAt)
        log.warn({ kind, milliseconds }, 'text recognition failed; check that tesseract works')
        throw new DocumentProblem(kind === 'timeout' ? 'too_costly' : 'recognition_failed')
      }
    })
}

async function runTesseract(command: string, selected: string[], picture: Uint8Array, signal?: AbortSignal) {
  const options = {
    env: buildEnvironment(),
    timeout: pageMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: maxOutputBytes,
    ...(signal !== undefined && { signal }),
  }
  const running = execute(command, ['stdin', 'stdout', '-l', selected.join('+'), 'tsv'], options)
  // A process that has ended reads no more.
  running.child.stdin?.on('error', () => undefined).end(picture)
  return (await running).stdout
}

/** Names why a process failed, without its words: they may quote what it read. */
function nameFailure(error: unknown): string {
  const { code, signal, killed } = error as { code?: unknown; signal?: unknown; killed?: boolean }
  if (killed === true && code === null) return 'timeout'
  return typeof code === 'number' ? `exit code ${code}` : String(code ?? signal ?? 'unknown')
}

async function listLanguages(command: string): Promise<string[]> {
  const cure = 'install Tesseract and its languages (Debian: apt-get install tesseract-ocr tesseract-ocr-chi-sim)'
  const { stdout } = await execute(command, ['--list-langs'], { env: buildEnvironment() }).catch(() => {
    throw new StartError(`OCR: the program tesseract can’t be started; ${cure}, or set OCR=off`)
  })
  const installed = stdout.split(/\r?\n/).filter(line => /^[a-z]{3}(?:_[a-z]+)?$/i.test(line) && line !== 'osd')
  if (installed.length === 0) throw new StartError(`OCR: Tesseract has no languages; ${cure}, or set OCR=off`)
  return installed
}

/** Tokens and keys stay here. One thread, since others wait for the machine, too. */
const buildEnvironment = () => ({
  PATH: process.env.PATH,
  TESSDATA_PREFIX: process.env.TESSDATA_PREFIX,
  OMP_THREAD_LIMIT: '1',
})

function selectLanguages(locale: string, installed: readonly string[]): string[] {
  const tag = locale.toLowerCase().replace('_', '-')
  const own = languages[tag] ?? languages[tag.split('-')[0] ?? '']
  const selected = [own, 'eng'].filter(language => language !== undefined && installed.includes(language))
  return selected.length > 0 ? (selected as string[]) : installed.slice(0, 1)
}

/** Print in a language that Tesseract was not told of looks like noise to it. */
function selectOthers(selected: readonly string[], installed: readonly string[]): string[] {
  const others = new Set(Object.values(languages)).difference(new Set(selected))
  return [...others].filter(language => installed.includes(language)).slice(0, mostOthers)
}

/** Renders Tesseract's table of words as lines and paragraphs, without the lines that it is not sure of. */
function renderWords(table: string): { text: string; isMostlyUnsure: boolean } {
  const lines = new Map<string, { paragraph: string; text: string; confidences: number[] }>()
  for (const row of table.split('\n')) {
    const [level, page, block, par, number, , , , , , confidence, cell = ''] = row.split('\t')
    const [word, paragraph] = [cell.trim(), `${page} ${block} ${par}`]
    if (level !== '5' || word === '') continue
    const line = lines.get(`${paragraph} ${number}`) ?? { paragraph, text: '', confidences: [] }
    line.text += line.text === '' ? word : gapBetween(line.text, word) + word
    line.confidences.push(Number(confidence))
    lines.set(`${paragraph} ${number}`, line)
  }
  const sure = [...lines.values()].filter(({ confidences }) => mean(confidences) >= leastConfidence)
  const text = sure
    .map(({ paragraph, text }, at) => (paragraph === sure[at - 1]?.paragraph ? '\n' : '\n\n') + text)
    .join('')
    .trim()
  // A letter or two are no text.
  return { text: countLetters(text) < 3 ? '' : text, isMostlyUnsure: sure.length < lines.size / 2 }
}

const countLetters = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const withoutSpaces = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}　-〿！-｠ー]/u

/** Chinese and Japanese have no spaces between words. */
function gapBetween(text: string, word: string): string {
  return withoutSpaces.test(text.slice(-1)) && withoutSpaces.test(word.charAt(0)) ? '' : ' '
}
