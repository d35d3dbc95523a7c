import { describe, expect, test } from 'vitest'
import { createThinkingFilter, withoutUnopenedThoughts } from '../../src/model/thinking.ts'
import { findSteepGrowth } from '../growth.ts'

function read(pieces: string[]): string {
  const filter = createThinkingFilter()
  return pieces.map(piece => filter.push(piece)).join('') + filter.end()
}

describe('thoughts at the beginning of an answer', () => {
  test.each([
    ['<think>no</think>4', '4'],
    ['\n <think>\nno\n</think>\n\n4 ', '\n 4 '],
    ['<thinking>no</thinking>4', '4'],
    ['<Thought>no</THOUGHT>4', '4'],
    ['<reasoning>no</reasoning>4', '4'],
    ['<think>a</think>\n<think>b</think>\n4', '4'],
    ['<think></think>4', '4'],
    ['<think>a < b </thin> </thinking> <x></think>4', '4'],
    ['<think>no', ''],
    ['<think>no</think>', ''],
    ['<think>no</thin', ''],
    ['<think>no<final>4</final>', '4'],
    ['<think>no</think>\n<final>a < b </fin</final>!', 'a < b </fin!'],
    ['<think>no<final>4', '4'],
    ['<think>{no}</think>{"items":[]}', '{"items":[]}'],
    ['<final>4</final>', '4'],
    ['<think>no</think><answer>4</answer>', '4'],
    ['[THINK]no[/THINK]4', '4'],
    ['<seed:think>no</seed:think>4', '4'],
    ['<|channel>thought\nno<channel|>4', '4'],
    // Other dress of the same: attributes, white space, other brackets, other words.
    ['<think type="deep">no</think>4', '4'],
    ['<think >no</think >4', '4'],
    ['<think/>4', '4'],
    ['\u200b<think>no</think>4', '\u200b4'],
    ['<thinking_process>no</thinking_process>4', '4'],
    ['<ant-thinking>no</ant-thinking>4', '4'],
    ['<思考>no</思考>4', '4'],
    ['【思考】no【/思考】4', '4'],
    ['[THINKING]no[/THINKING]4', '4'],
    ['<|thinking|>no<|/thinking|>4', '4'],
    ['<｜think｜>no<｜/think｜>4', '4'],
    ['＜think＞no＜/think＞4', '4'],
    ['&lt;think&gt;no&lt;/think&gt;4', '4'],
    ['{{think}}no{{/think}}4', '4'],
    ['<|START_THINKING|>no<|END_THINKING|><|START_RESPONSE|>4<|END_RESPONSE|>', '4'],
    ['<unused94>thought\nno<unused95>4', '4'],
    ['<|im_start|>think\nno\n<|im_start|>answer\n4', '4'],
    ['<details type="reasoning" done="true"><summary>Thought</summary>\nno\n</details>\n4', '4'],
    ['```thinking\nno\n```\n4', '4'],
    ['Here is my thought process:\nno\n\nHere is my response:\n4', '4'],
    ['Here are my reasoning steps:\nno\n[BEGIN FINAL RESPONSE]\n4\n[END FINAL RESPONSE]', '\n4\n'],
    ['Thinking...\nno\n...done thinking.\n\n4', '4'],
    ['*Thinking...*\n\n> no\n> no\n\n4', '4'],
    ['<thinking>no</thinking>\n<output>4</output>', '4'],
    ['<think>no</thinking>4', '4'],
    ['<think>no</ think>4', '4'],
    ['<think>no<\\/think>4', '4'],
    ['<think>no&lt;/think&gt;4', '4'],
    ['<longcat_think>no</longcat_think>4', '4'],
    ['<深度思考>no</深度思考>4', '4'],
    ['<｜begin▁of▁thinking｜>no<｜end▁of▁thinking｜>4', '4'],
    ['<details style="color:gray;" open> <summary> Thinking... </summary>\nno\n</details>\n4', '4'],
    ['<details>\n<summary>💭 Reasoning</summary>\nno\n</details>\n4', '4'],
    // The header of a chat template, before an answer or thoughts.
    ['<|im_start|>assistant\n<think>no</think>4', '4'],
    ['<|start_header_id|>assistant<|end_header_id|>\n\n4', '\n\n4'],
    ['<start_of_turn>model\n4', '4'],
    ['<|assistant|>\n<think>no</think>4', '\n4'],
    // Tools that nobody runs.
    ['<tool_call>{"name":"no"}</tool_call>', ''],
    ['I look.\n<tool_call>\n{"name":"no"}', 'I look.\n'],
    ['[TOOL_CALLS][{"name":"no"}]', ''],
    // Thoughts further down, on lines of their own.
    ['Hm.\n<think>no</think>\n4', 'Hm.\n\n4'],
    ['Hm.\n<think>\nno\n</think>\n4', 'Hm.\n4'],
    ['Hm.\n<think>\nno', 'Hm.\n'],
    ['Hm.\n<think>no</think>', 'Hm.\n'],
    // Harmony.
    ['<|channel|>analysis<|message|>no<|end|><|start|>assistant<|channel|>final<|message|>4', '4'],
    ['<|channel|>analysis<|message|>no <|x|> <<|channel|>final<|message|>a < b<|return|>', 'a < b'],
    ['<|start|>assistant<|channel|>commentary to=a<|message|>no<|call|>', ''],
    ['<|channel|>analysis<|message|>no', ''],
    ['<|channel|>analysis<|message|>no<|end|>4', '4'],
    // Answers that only talk about such tags.
    ['`<think>` is a tag', '`<think>` is a tag'],
    ['Use <think>x</think> there', 'Use <think>x</think> there'],
    ['<thin', '<thin'],
    ['<thinker>x</thinker>', '<thinker>x</thinker>'],
    ['<b>4</b>', '<b>4</b>'],
    ['<think>a</think>The tag <think>b</think>', 'The tag <think>b</think>'],
    ['`<|channel|>` is a mark', '`<|channel|>` is a mark'],
    ['The tags:\n<think> opens,\n</think> closes.', 'The tags:\n<think> opens,\n</think> closes.'],
    ['So:\n```\n<think>\nx\n</think>\n```\n', 'So:\n```\n<think>\nx\n</think>\n```\n'],
    ['So:\n<think>x', 'So:\n<think>x'],
    ['Here is my thought process: first I count.', 'Here is my thought process: first I count.'],
    ['【思考】我们先数一数。', '【思考】我们先数一数。'],
    ['<output>4</output>', '<output>4</output>'],
    ['`<tool_call>` is a tag', '`<tool_call>` is a tag'],
    ['<details><summary>Reasons</summary>4</details>', '<details><summary>Reasons</summary>4</details>'],
    ['[Analysis] The sums agree.', '[Analysis] The sums agree.'],
    ['```think\nx', '```think\nx'],
    ['</think>', '</think>'],
    ['  ', '  '],
    ['', ''],
  ])('%j is shown as %j, however it is cut into pieces', (answer, shown) => {
    expect(read([answer])).toBe(shown)
    expect(read([...answer])).toBe(shown)
    for (let first = 0; first <= answer.length; first += 1) {
      for (let second = first; second <= answer.length; second += 1) {
        const pieces = [answer.slice(0, first), answer.slice(first, second), answer.slice(second)]
        expect(read(pieces), JSON.stringify(pieces)).toBe(shown)
      }
    }
  })

  test('hold back no more than a tag of the answer', () => {
    const filter = createThinkingFilter()
    expect(filter.push('<think>no</think>4')).toBe('4')
    expect(filter.push('2 <')).toBe('2 <')
    expect(createThinkingFilter().push('<thinks')).toBe('<thinks')
  })

  test.each([
    'x',
    '<',
    ' ',
    '<think>',
    '</think>',
    '<final>',
    '<think></think>',
    '\n</think>',
    '\n<think>',
    '\n<think>\n',
    '\n<think>x</think>y',
    '<|channel|>final<|message|>x',
    '<|',
    '<|end|>x',
    '<think>a<final>b</final>',
  ])('are taken out in time that grows linearly with the answer: %j', { timeout: 60_000 }, pattern => {
    for (const opener of ['', '<think>', '<think><final>']) {
      expect(
        findSteepGrowth(answer => read([opener, ...(answer.match(/[\s\S]{1,7}/g) ?? [])]), pattern),
      ).toBeUndefined()
      expect(findSteepGrowth(answer => read([opener + answer]), pattern)).toBeUndefined()
    }
    expect(findSteepGrowth(withoutUnopenedThoughts, pattern)).toBeUndefined()
  })
})

describe('thoughts that were closed but never opened', () => {
  test.each([
    ['Let me see.\n</think>\n\n4', '4'],
    ['Let me see.</think>\n4', '4'],
    ['{no}</think>{"items":[]}', '{"items":[]}'],
    ['The text {no}.</think>{"items":[]}', '{"items":[]}'],
    ['</think>4', '4'],
    ['no\n</think>\n<final>4</final>', '4'],
    ['Let me see.\n</think>', ''],
    ['no</think>4', '4'],
    ['no[/THINK]4', '4'],
    ['no<|end|><|start|>assistant<|channel|>final<|message|>4', '4'],
    ['analysisThey ask.assistantfinal4', '4'],
    ['analysis they ask.\n\nassistantfinal4', '4'],
    ['no\n</ think>\n4', '4'],
    ['no<｜end▁of▁thinking｜>4', '4'],
    ['no<|END_THINKING|>4', '4'],
    ['no\n</think >\n4', '4'],
    ['no\n[BEGIN FINAL RESPONSE]\n4\n[END FINAL RESPONSE]', '\n4\n'],
    ['assistantanalysisno.assistantfinal4', '4'],
    ['analysisKit is a library.', 'analysisKit is a library.'],
    ['A thought ends with </think> there.', 'A thought ends with </think> there.'],
    ['A thought ends with `</think>`\nthere.', 'A thought ends with `</think>`\nthere.'],
    ['```\nx\n</think>\n```', '```\nx\n</think>\n```'],
    ['It is <think>x\n</think>\n', 'It is <think>x\n</think>\n'],
    ['{"quote":"a</think>{b"}', '{"quote":"a</think>{b"}'],
  ])('%j is read as %j', (answer, shown) => {
    expect(withoutUnopenedThoughts(answer)).toBe(shown)
  })
})
