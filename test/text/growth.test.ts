import { describe, expect, test } from 'vitest'
import { parseAnswer as parseSummary } from '../../src/features/summarize/check-points.ts'
import { renderFormedMarkdown } from '../../src/features/summarize/render.ts'
import { createHarmonyFilter } from '../../src/model/harmony.ts'
import { withoutPromptMarks } from '../../src/model/prompt-marks.ts'
import { createThinkingFilter } from '../../src/model/thinking.ts'
import { extractBlockText } from '../../src/slack/block-text.ts'
import { parseAloudWish } from '../../src/text/aloud-request.ts'
import { defuseFormulas, restoreFormulas } from '../../src/text/csv-formulas.ts'
import { findCutPlaces } from '../../src/text/cut-places.ts'
import { escapeMarkdown } from '../../src/text/escape-markdown.ts'
import { findJson } from '../../src/text/find-json.ts'
import { findQuote, parseQuotations } from '../../src/text/find-quote.ts'
import { parseMentions, slackToPlain } from '../../src/text/from-slack.ts'
import { readLooseJson } from '../../src/text/loose-json.ts'
import { readBlocks } from '../../src/text/markdown-blocks.ts'
import { readMarks } from '../../src/text/open-marks.ts'
import { sanitize } from '../../src/text/sanitize.ts'
import { measureSections, pickSections, renderSections, splitSections } from '../../src/text/select-sections.ts'
import { rewriteForms } from '../../src/text/slack-forms.ts'
import { isNoise } from '../../src/text/small-talk.ts'
import { closeMarkdown, toMrkdwn } from '../../src/text/to-mrkdwn.ts'
import { splitSpeech, toSpeech } from '../../src/text/to-speech.ts'
import { formatTrueHost } from '../../src/text/true-host.ts'
import { findSteepGrowth } from '../growth.ts'

const filter = ({ push, end }: ReturnType<typeof createThinkingFilter>, text: string) => push(text) + end()

const noPoints = { upshot: undefined, points: [], dropped: 0 }

/** Each parser of text that people or models write. */
const parsers: Record<string, (text: string) => unknown> = {
  closeMarkdown,
  defuseFormulas,
  escapeMarkdown,
  extractBlockText: text => extractBlockText([{ type: 'markdown', text }]),
  findCutPlaces,
  findQuote: text => findQuote('words', `x${text}x`),
  findJson: text => findJson(text, value => value),
  formatTrueHost: text => formatTrueHost(`https://e.example/${text}`, text),
  isNoise,
  looseJson: text => readLooseJson(`[${text}`, 0),
  harmony: text => filter(createHarmonyFilter(), `<|channel|>final${text}`),
  parseAloudWish,
  parseMentions,
  parseQuotations,
  parseSummary,
  readBlocks,
  readMarks,
  restoreFormulas,
  renderFormedMarkdown: text =>
    renderFormedMarkdown(text, noPoints, () => ({ address: '', time: '', label: '' }), { said: () => undefined }),
  rewriteForms,
  sanitize,
  selectSections: text => {
    const long = splitSections(text, 1_000)
    const picked = pickSections(long, { question: 'a link', maxCharacters: 1_000, taken: new Set() })
    return [renderSections(long, picked), measureSections(long, picked)]
  },
  slackToPlain: text => slackToPlain(text, id => id),
  splitSpeech: text => splitSpeech(text, 4_096),
  thinking: text => filter(createThinkingFilter(), `<think>${text}</think>${text}`),
  toMrkdwn,
  toSpeech: text => toSpeech(text, { code: '', table: '' }),
  withoutPromptMarks,
}

/** What parsers find hard: openers without an end, halves of marks, nested blocks. */
const bits = [
  '/*a,',
  '[',
  ']',
  '](',
  '[a](b',
  '<',
  '<a:',
  '&amp;',
  '> a\n',
  '| a |\n',
  '# ',
  '- ',
  '* ',
  '*',
  '_a ',
  '**_',
  '*a\n',
  '`',
  '\\',
  '\\[',
  '$a',
  '{',
  '"',
  '=',
  ' ',
  '\n',
  '[Page 1]\n',
  '@',
  'a.',
  'https://',
  'https://a',
  '<@U1|',
  ' \u2028',
]

describe.each(Object.keys(parsers))('%s takes time that grows linearly', name => {
  test.each(bits)('with %j', bit => {
    const parse = parsers[name] as (text: string) => unknown
    expect(findSteepGrowth(text => parse(`${text}*`), bit)).toBeUndefined()
  })
})
