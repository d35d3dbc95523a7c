const timing = /^(?:(\d{1,3}):)?(\d\d):(\d\d)[.,]\d{3}\s*-->/

/** Converts WebVTT or SubRip to lines with the time and, if it is told, the speaker; words that two cues repeat stand once. */
export function renderSubtitles(source: string): string {
  const lines: string[] = []
  let before = new Set<string>()
  for (const block of source.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/)) {
    const rows = block.split('\n')
    const at = rows.findIndex(row => timing.test(row))
    if (at < 0) continue
    const words = rows
      .slice(at + 1)
      .map(parseWords)
      .filter(row => row !== '')
    const fresh = words.filter(row => !before.has(row))
    before = new Set(words)
    if (fresh.length > 0) lines.push(`[${formatTime(rows[at] ?? '')}] ${fresh.join(' ')}`)
  }
  return lines.join('\n')
}

function formatTime(row: string): string {
  const [, hours = '00', minutes, seconds] = timing.exec(row) ?? []
  return `${hours.padStart(2, '0')}:${minutes}:${seconds}`
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', nbsp: ' ', lrm: '', rlm: '' }

function parseWords(row: string): string {
  const speaker = /^\s*<v(?:\.[^\s>]*)?\s([^>]*)>/.exec(row)?.[1]?.trim() ?? ''
  const words = row
    .replace(/<[^<>]{0,200}>/g, '')
    .replace(/&(amp|lt|gt|nbsp|lrm|rlm);/g, (_, name: string) => entities[name] ?? '')
    .trim()
  return words === '' || speaker === '' ? words : `${speaker}: ${words}`
}
