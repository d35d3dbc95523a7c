import { environment } from '../config.ts'
import { countEdits } from '../text/count-edits.ts'

const settings = Object.keys(environment.shape)
/** The name that other programs have for a setting. */
const elsewhere: Record<string, string> = { OPENAI_API_BASE: 'OPENAI_BASE_URL' }
/** Shorter settings are like too many words; two edits are a typing error in long ones alone. */
const leastLetters = 6
const manyLetters = 12

/**
 * Finds mistyped settings, with the ones that are meant. The environment is full of other programs' names, so a name has to be very
 * close to a setting that isn't set.
 */
export function findMisspelled(env: Record<string, string | undefined>): { name: string; meant: string }[] {
  const isSet = (name: string) => (env[name] ?? '').trim() !== ''
  const free = settings.filter(setting => !isSet(setting))
  const names = Object.keys(env).filter(name => !settings.includes(name) && isSet(name))
  return names.flatMap(name => {
    const meant = free.find(setting => setting === elsewhere[name]) ?? free.find(setting => isClose(name, setting))
    return meant === undefined ? [] : { name, meant }
  })
}

function isClose(name: string, setting: string): boolean {
  const [a, b] = [toLetters(name), toLetters(setting)]
  if (lacksOneWord(a, setting)) return true
  const most = b.length < manyLetters ? 1 : 2
  return b.length >= leastLetters && Math.abs(a.length - b.length) <= most && countEdits(a, b) <= most
}

/** Checks for a name that people type from memory, without one of its words but the first: `OPENAI_KEY`. */
function lacksOneWord(letters: string, setting: string): boolean {
  const [first = '', ...words] = setting.split('_')
  const isFromMemory = ['OPENAI', 'SLACK'].includes(first) && words.length > 1
  return isFromMemory && words.some((_, at) => letters === first + words.toSpliced(at, 1).join(''))
}

const toLetters = (name: string) => name.toUpperCase().replaceAll('_', '')
