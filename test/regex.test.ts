import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { analyse } from 'scslre'
import { beforeAll, describe, expect, test } from 'vitest'

/** What the analysis takes for steeper than linear, by the beginning of the source, and why it is not so here. */
const bounded: Record<string, string> = {
  '^(?:[ \\t]*(?:>|(?:[-*+]|\\d{1,9}': 'anchored at a line, and its end is optional: it never goes back',
  '^(\\s*(?:(?:[-*+•]|\\d+[.)])\\s*)?)': 'anchored, and its end takes all: it never goes back',
  '[/?#].*$': 'its end takes all: it never goes back',
  '[\\u3001\\u3002\\u3008-\\u3011': 'its end takes all: it never goes back',
  '[\\n;；](?=\\s*(?:': 'blank lines are taken out before',
  '(?:\\s+(?:"(?:\\\\.|[^"\\\\])*': 'sticky: tried at one place only',
  '(^ {0,3}(`{3,}|~{3,})': 'a fence without its end reaches to the end of the text',
  '[。！？…]+[”’」』）〉》】]*': 'of at most 1,500 characters',
  '\\s*,\\s*': 'of a constant',
  '(?:从|自)?\\s*(?:上?周': 'of a request, which has at most 300 characters',
  '(?:\\bsince\\s+|从|自)?\\s*': 'of a request, which has at most 300 characters',
  '(?:从|自|在)?\\s*((?:[\\d年月日号': 'of a request, which has at most 300 characters',
  '(?:最近|过去|近|这)\\s*(\\d{1,4}': 'of a request, which has at most 300 characters',
  '\\b(?:between\\s+(.{1,40}?)\\s+and': 'of a request, which has at most 300 characters',
  '\\bsince\\s+(.{1,40}?)': 'of a request, which has at most 300 characters',
  '^(?:(?:please|pls|can you|could you': 'of a request, which has at most 300 characters',
  '^(?:every\\s+|each\\s+|on\\s+)?': 'of a command of at most 300 characters',
  '^(?:(?:please\\s+|can you\\s+|could you': 'of a request, which has at most 200 characters',
  '^(?:(?:the\\s+)?(?:last|past)\\s+': 'of a request, which has at most 300 characters',
  '^(?:report|报告|报表|レポート': 'of a request, which has at most 300 characters',
  '[をの]?\\s*(?:要約|まとめ': 'of a request, which has at most 300 characters',
  '([\\d年月日時分半': 'of a request, which has at most 300 characters',
  '\\(\\s*(?:<(?:': 'sticky: tried at one place only',
  '\\s+\\S*$': "of a name that is cut to the width of the chart's legend",
  '^(?:请问)?(?:(?:我们|今天': 'of a question of at most 200 characters',
  '\\d+(?=,|$)': "of Slack's counts of reactions",
  '\\/+$': "of a server's address, which the operator sets",
  '\\/v\\d+[a-z\\d]*(?:': "of a server's address, which the operator sets",
  '"[^"]*"|\\\\.|\\[(?!h+': 'of a number format, of at most 255 characters',
}

const root = join(import.meta.dirname, '..', 'src')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))

interface Found {
  file: string
  pattern: string
  flags: string
}

function readLiterals(file: string): Found[] {
  const patterns: Found[] = []
  const visitor = new Visitor({
    Literal(node) {
      if ('regex' in node) patterns.push({ file, ...node.regex })
    },
  })
  visitor.visit(parseSync(file, readFileSync(join(root, file), 'utf8')).program)
  return patterns
}

/** Imports every module and records the regular expressions that it puts together. */
async function recordBuilt(): Promise<Found[]> {
  const patterns: Found[] = []
  const native = globalThis.RegExp
  globalThis.RegExp = new Proxy(native, {
    construct(target, [pattern, flags = '']: [string | RegExp, string?]) {
      const built = new target(pattern, flags)
      const file = /\/src\/([^:)]+\.ts)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1]
      if (file !== undefined) patterns.push({ file, pattern: built.source, flags: built.flags })
      return built
    },
  })
  const entries = ['main.ts', 'document-process.ts', 'document-worker.ts', 'draw-chart-worker.ts']
  const modules = files.filter(file => !file.startsWith('cli/') && !entries.some(entry => file.endsWith(entry)))
  // Loaded anew: another test file may have loaded it in this worker.
  await Promise.all(modules.map(file => import(`${join(root, file)}?recorded`))).finally(() => {
    globalThis.RegExp = native
  })
  return patterns
}

let found: Found[]
beforeAll(async () => {
  found = [...files.flatMap(readLiterals), ...(await recordBuilt())]
})

describe('every regular expression', () => {
  test('takes time that grows linearly with its input, or its input is bounded', () => {
    expect(found.length).toBeGreaterThan(300)
    const steep = found.filter(({ pattern, flags }) => analyse({ source: pattern, flags }).reports.length > 0)
    const unknown = steep.filter(({ pattern }) => !Object.keys(bounded).some(start => pattern.startsWith(start)))
    expect(unknown.map(({ file, pattern, flags }) => `${file}: /${pattern}/${flags}`)).toEqual([])
  })

  test('that is called bounded is there, and would be steep without its bound', () => {
    const isSteep = (start: string) =>
      found.some(
        ({ pattern, flags }) => pattern.startsWith(start) && analyse({ source: pattern, flags }).reports.length > 0,
      )
    expect(Object.keys(bounded).filter(start => !isSteep(start))).toEqual([])
  })
})
