/** The marks by which models set their thoughts off from their answer. Marks are in lower case. */

interface ThoughtMark {
  opener: string
  /** Closes the thoughts. */
  closer: RegExp
  /** Words that an answer may begin with, too: without the closer they are no mark. */
  isDoubtful: boolean
}

const names = [
  ...['think', 'thinking', 'thought', 'thoughts', 'think_process', 'thinking_process', 'thought_process'],
  ...['reasoning', 'reason', 'reasoning_content', 'chain_of_thought', 'cot', 'scratchpad', 'reflection', 'analysis'],
  ...['inner_monologue', 'internal_monologue', 'monologue', 'inner_thoughts', 'internal_thoughts', 'inner_thinking'],
  ...['antthinking', 'ant-thinking', 'ai_thinking', 'seed:think', 'seed:cot_budget_reflect', 'mm:think'],
  ...['minimax:think', 'longcat_think', 'thinking_mode', 'reasoning_process', 'scratch_pad'],
  ...['思考', '思考过程', '思考過程', '深度思考', '推理', '推理过程', '考え'],
]
/** Names that also stand in brackets, where a heading may stand. */
const bracketNames = ['think', 'thinking', 'thought', 'thoughts', 'reasoning', '思考', '思考过程']
/** Names of tags around an answer. The others are marks only behind thoughts: an answer may be XML. */
const finalNames = ['final', 'final_answer', 'answer']
const finalNamesBehindThoughts = ['output', 'response', 'result', 'solution', 'conclusion']

/** Brackets around a name, and around the name that closes. */
const brackets = [
  ['<', '>', '</', '>'],
  ['<|', '|>', '<|/', '|>'],
  ['<｜', '｜>', '<｜/', '｜>'],
  ['＜', '＞', '＜/', '＞'],
  ['&lt;', '&gt;', '&lt;/', '&gt;'],
  ['{{', '}}', '{{/', '}}'],
  // With attributes, whose rest is taken for thoughts.
  ['<', ' ', '</', '>'],
] as const

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const toPattern = (closer: string) => escapeRegExp(closer).replace(/>$/, String.raw`\s{0,3}>`)
const toMark = (opener: string, closer: string, isDoubtful = false): ThoughtMark => ({
  opener,
  closer: new RegExp(String.raw`${toPattern(closer)}|<final>|<final_answer>|\[begin final response\]`, 'i'),
  isDoubtful,
})

/** Marks that open thoughts at the beginning of an answer, or of a line. */
export const thoughtMarks: readonly ThoughtMark[] = [
  ...names.flatMap(name => brackets.map(([a, b, c, d]) => toMark(`${a}${name}${b}`, `${c}${name}${d}`))),
  ...bracketNames.flatMap(name => [
    toMark(`[${name}]`, `[/${name}]`, name !== 'think'),
    toMark(`【${name}】`, `【/${name}】`, true),
  ]),
  toMark('◁think▷', '◁/think▷'),
  toMark('<|begin_of_thought|>', '<|end_of_thought|>'),
  toMark('<|start_thinking|>', '<|end_thinking|>'),
  toMark('<|thinking_start|>', '<|thinking_end|>'),
  toMark('<｜begin▁of▁thinking｜>', '<｜end▁of▁thinking｜>'),
  toMark('【思考开始】', '【思考结束】', true),
  toMark('<|channel>thought', '<channel|>'),
  toMark('<unused94>thought', '<unused95>'),
  toMark('<details type="reasoning"', '</details>'),
  toMark('<details style="color:gray;', '</details>'),
  toMark('<|im_start|>think', '<|im_start|>answer'),
  // Tools that a model calls in its text, which nobody runs.
  toMark('<tool_call>', '</tool_call>'),
  toMark('<function_calls>', '</function_calls>'),
  toMark('<function=', '</function>'),
  toMark('<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'),
  toMark('<｜tool▁calls▁begin｜>', '<｜tool▁calls▁end｜>'),
]

/** A tool that a model calls in its text. */
export const toolMark =
  /<tool_call>|<function_calls>|<function=|<\|tool_calls_section_begin\|>|<｜tool▁calls▁begin｜>|<\|python_tag\|>|\[TOOL_CALLS\]/i

/** The header that a chat template puts before an answer, when a server passes it on. */
export const headerMarks = [
  '<|im_start|>assistant\n',
  '<|start_header_id|>assistant<|end_header_id|>',
  '<|header_start|>assistant<|header_end|>',
  '<|im_assistant|>assistant<|im_middle|>',
  '<start_of_turn>model\n',
  '<|assistant|>',
  '<｜assistant｜>',
]

/** Summaries under which some gateways fold thoughts up. */
const summaries = ['thinking', 'thought for', 'thought process', 'thoughts</summary>', 'reasoning</summary>', '思考']

/** Forms of thoughts at the beginning of an answer alone. */
export const startMarks: readonly ThoughtMark[] = [
  ...names.map(name => ({ opener: `<${name}/>`, closer: /^/, isDoubtful: false })),
  ...['think', 'thinking', 'reasoning'].map(name => ({
    opener: `\`\`\`${name}\n`,
    closer: /\n```[ \t]{0,9}\n/,
    isDoubtful: true,
  })),
  ...['*', '**', '> *', '> **'].map(mark => ({
    opener: `${mark}thinking...${mark.replace('> ', '')}\n`,
    closer: /\n\n(?=[^>\n])/,
    isDoubtful: true,
  })),
  toMark('[tool_calls]', '[/tool_calls]'),
  toMark('<|python_tag|>', '<|eom_id|>'),
  ...['<details>', '<details open>'].flatMap(mark =>
    ['', '\n'].flatMap(gap =>
      ['', ' ', '💭 '].flatMap(lead =>
        summaries.map(word => toMark(`${mark}${gap}<summary>${lead}${word}`, '</details>')),
      ),
    ),
  ),
  toMark('thinking...\n', '...done thinking.', true),
  toMark('here is my thought process:', 'here is my response:', true),
  toMark("here's my thought process:", "here's my response:", true),
  toMark('here are my reasoning steps:', '[begin final response]', true),
]

/** Marks around the answer behind the thoughts, or around all of it. */
export const finalMarks: readonly { opener: string; closer: string; isBehindThoughts: boolean }[] = [
  ...finalNames.map(name => ({ opener: `<${name}>`, closer: `</${name}>`, isBehindThoughts: false })),
  ...finalNamesBehindThoughts.map(name => ({ opener: `<${name}>`, closer: `</${name}>`, isBehindThoughts: true })),
  { opener: '<|begin_of_solution|>', closer: '<|end_of_solution|>', isBehindThoughts: false },
  { opener: '<|start_response|>', closer: '<|end_response|>', isBehindThoughts: false },
  { opener: '[begin final response]', closer: '[end final response]', isBehindThoughts: false },
]

/** The beginning of an answer in harmony, the form of gpt-oss. */
export const harmonyOpeners = ['<|channel|>', '<|start|>', '<|message|>'] as const

/** The length of the longest mark. */
export const longestMark = 48

const alternatives = names.map(escapeRegExp).join('|')
const closers = String.raw`(?:(?:<\s?/\s?|＜/|&lt;/)(?:${alternatives})(?:[ \t]?>|＞|&gt;)|<[|｜]/(?:${alternatives})[|｜]>|<｜end▁of▁thinking｜>|\[/think(?:ing)?\]|【/思考】|◁/think▷|<\|end_(?:thinking|of_thought)\|>|<unused95>|\[begin final response\])`

/** A tag that closes thoughts by any name, for those that were opened by another. */
export const anyCloser = new RegExp(
  String.raw`(?:<\s?[/\\]{1,2}\s?|&lt;/|＜/)(?:${alternatives})\s{0,3}(?:>|&gt;|＞)|<\|end_think\|>`,
  'gi',
)

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
