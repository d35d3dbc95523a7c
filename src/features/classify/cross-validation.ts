import type { LabelledText } from './labelled-texts.ts'

/** The expected and the found kinds of a text; `found` is undefined if the model failed. */
interface Judged {
  expected: string[]
  found: string[] | undefined
}

/** Precision and recall of one kind. */
interface KindScore {
  kind: string
  /** Undefined if no text was called so. */
  precision: number | undefined
  /** Undefined if there are no such texts. */
  recall: number | undefined
  texts: number
}

/** The result of a model on labelled texts. */
interface Score {
  kinds: KindScore[]
  /** Texts whose first label was an expected one. */
  right: number
  /** Texts that got no label. */
  failed: number
  texts: number
  /** The confusion matrix, by the first label of each text. */
  confusion: Record<string, Record<string, number>>
}

/** Scores what was found against what was expected. A failed text counts as missed for each of its kinds. */
export function computeScore(kinds: string[], judged: Judged[]): Score {
  const confusion: Score['confusion'] = Object.fromEntries(kinds.map(kind => [kind, {}]))
  for (const { expected, found } of judged) {
    const row = confusion[expected[0] ?? '']
    const called = found?.find(kind => expected.includes(kind)) ?? found?.[0] ?? failedColumn
    // A text of two kinds that was called one of them is no confusion.
    const column = expected.includes(called) ? (expected[0] ?? called) : called
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1
  }
  return {
    kinds: kinds.map(kind => computeKindScore(kind, judged)),
    right: judged.filter(({ expected, found }) => found?.[0] !== undefined && expected.includes(found[0])).length,
    failed: judged.filter(({ found }) => found === undefined).length,
    texts: judged.length,
    confusion,
  }
}

/** The column of texts that got no label. */
const failedColumn = '(failed)'

function computeKindScore(kind: string, judged: Judged[]): KindScore {
  const are = judged.filter(({ expected }) => expected.includes(kind))
  const called = judged.filter(({ found }) => found?.includes(kind) === true)
  const both = are.filter(one => called.includes(one)).length
  return {
    kind,
    precision: called.length === 0 ? undefined : both / called.length,
    recall: are.length === 0 ? undefined : both / are.length,
    texts: are.length,
  }
}

/** Splits texts into stratified folds for cross-validation. */
export function splitFolds(texts: LabelledText[], count: number): LabelledText[][] {
  const folds: LabelledText[][] = Array.from({ length: count }, () => [])
  const inOrder = texts.toSorted((a, b) => a.kinds.join().localeCompare(b.kinds.join()))
  inOrder.forEach((text, index) => void folds[index % count]?.push(text))
  return folds
}

/** Formats scores as a table for a terminal, models side by side. */
export function formatScores(scores: { name: string; score: Score; notes: string[] }[]): string {
  const kinds = scores[0]?.score.kinds.map(({ kind }) => kind) ?? []
  const head = ['kind', 'texts', ...scores.flatMap(({ name }) => [`${name}: precision`, 'recall'])]
  const rows = kinds.map((kind, index) => [
    kind,
    String(scores[0]?.score.kinds[index]?.texts ?? 0),
    ...scores.flatMap(({ score }) => {
      const one = score.kinds[index]
      return [formatShare(one?.precision), formatShare(one?.recall)]
    }),
  ])
  const sums = scores.map(({ name, score, notes }) => {
    const facts = [
      `right ${formatShare(score.right / score.texts)} of ${score.texts}`,
      `failed ${score.failed}`,
      ...notes,
    ]
    return `${name}: ${facts.join(', ')}`
  })
  return [formatTable([head, ...rows]), ...sums, ...scores.map(formatConfusion)].join('\n\n')
}

function formatConfusion({ name, score }: { name: string; score: Score }): string {
  const kinds = score.kinds.map(({ kind }) => kind)
  const columns = score.failed > 0 ? [...kinds, failedColumn] : kinds
  const rows = kinds.map(kind => [kind, ...columns.map(column => String(score.confusion[kind]?.[column] ?? 0))])
  return `${name}: what is (rows) and what it was called (columns)\n${formatTable([['', ...columns], ...rows])}`
}

function formatTable(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  return rows
    .map(row =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n')
}

const formatShare = (share: number | undefined) => (share === undefined ? '–' : share.toFixed(2))
