/** The marks by which models set their thoughts off from their answer. */

/** A mark that opens thoughts, in lower case, and what closes them. */
interface ThoughtMark {
  opener: string
  closer: RegExp
}

const names = [
  'think',
  'thinking',
  'thought',
  'thoughts',
  'reasoning',
  'reason',
  'scratchpad',
  'inner_monologue',
  'antthinking',
  'seed:think',
  'mm:think',
  'reflection',
  'analysis',
  'thought_process',
  'chain_of_thought',
  'inner_thoughts',
]
const finalNames = ['final', 'final_answer', 'answer']

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const toMark = (opener: string, closer: string): ThoughtMark => ({
  opener,
  closer: new RegExp(`${escapeRegExp(closer)}|<final>|<final_answer>`, 'i'),
})

/** Marks that open thoughts at the beginning of an answer. */
export const thoughtMarks: readonly ThoughtMark[] = [
  ...names.map(name => toMark(`<${name}>`, `</${name}>`)),
  toMark('[think]', '[/think]'),
  toMark('◁think▷', '◁/think▷'),
  toMark('<|begin_of_thought|>', '<|end_of_thought|>'),
  toMark('<|channel>thought', '<channel|>'),
]

/** Marks around the answer behind the thoughts, or around all of it. */
export const finalMarks: readonly { opener: string; closer: string }[] = [
  ...finalNames.map(name => ({ opener: `<${name}>`, closer: `</${name}>` })),
  { opener: '<|begin_of_solution|>', closer: '<|end_of_solution|>' },
]

/** The beginning of an answer in harmony, the form of gpt-oss. */
export const harmonyOpeners = ['<|channel|>', '<|start|>', '<|message|>'] as const

/** The length of the longest mark. */
export const longestMark = 24

const alternatives = names.map(escapeRegExp).join('|')
const closers = String.raw`(?:</(?:${alternatives})>|\[/THINK\]|◁/think▷)`

/**
 * A closer on a line of its own, at a line's end, before JSON, or between two words without a space. One in the middle of a sentence is
 * talked about. Behind harmony's mark of the last channel comes the answer.
 */
export const unopenedCloser = new RegExp(
  [
    String.raw`(?:(?<=\n)|^)[ \t]*${closers}`,
    String.raw`${closers}(?=[ \t]*(?:[\r\n{[]|$))`,
    String.raw`(?<=[^\s\`'"“‘(<>])${closers}(?=[^\s\`'"”’),.;:<])`,
    String.raw`<\|channel\|>final(?:[^<\n]{0,40})<\|message\|>`,
  ].join('|'),
  'i',
)

/** Any opener, wherever it stands. */
export const anyOpener = new RegExp(String.raw`<(?:${alternatives})>|\[THINK\]|◁think▷`, 'i')
