import type { Language } from '../../src/text/terms.ts'

/** Everything that the built-in engine says in its own words, in one language; all the rest of an answer is quoted. */
interface Sentences {
  /** The last line of every answer. */
  signature: string
  /** What the engine is and can do, and the one line that connects a language model. */
  noModel: string
  found: string
  nothingFound: (messages: number) => string
  nothingToRead: string
  /** Follows a sum that has no result to show. */
  problems: { 'division by zero': string; 'too large': string; 'not exact': string }
  headings: { decisions: string; questions: string; tasks: string; upshot: string }
  noSentence: { decisions: string; questions: string; tasks: string; upshot: string }
  comma: string
  dash: string
}

const en: Sentences = {
  signature: '_built-in engine, no language model_',
  noModel:
    'No language model is connected; without one I can quote what was said in the messages I have seen, ' +
    'pick the main points, decisions, open questions and tasks out of them, and do arithmetic.\n' +
    'To connect one: `OPENAI_API_KEY=… npm run playground`, or start Ollama, LM Studio or llama.cpp on this machine ' +
    'and then the playground again.',
  found: 'What comes closest in the messages I have seen:',
  nothingFound: messages =>
    messages === 1
      ? 'The one message I have seen says nothing close enough to quote.'
      : `None of the ${messages} messages I have seen says anything close enough to quote.`,
  nothingToRead: 'There are no messages from people here besides your question.',
  problems: {
    'division by zero': ' has no value: it divides by zero.',
    'too large': ' is too large to write out.',
    'not exact': ' has no exact value that I could write out.',
  },
  headings: { decisions: 'Decisions', questions: 'Open questions', tasks: 'Who does what', upshot: 'The upshot' },
  noSentence: {
    decisions: 'No sentence I have seen reads like a decision.',
    questions: 'No sentence I have seen reads like an open question.',
    tasks: 'No sentence I have seen says who does what.',
    upshot: 'No sentence I have seen is worth quoting as a main point.',
  },
  comma: ', ',
  dash: ' — ',
}

const zh: Sentences = {
  signature: '_内置引擎，未连接语言模型_',
  noModel:
    '当前没有连接语言模型；没有模型时，我能引用看到过的消息原文，从中挑出要点、决定、待解决的问题和分工，也能做算术。\n' +
    '连接方法：`OPENAI_API_KEY=… npm run playground`，或在本机启动 Ollama、LM Studio 或 llama.cpp 后重新启动 playground。',
  found: '在我看到的消息中，最接近的原文：',
  nothingFound: messages => `我看到的 ${messages} 条消息里，没有足够接近、可以引用的内容。`,
  nothingToRead: '除了你的问题，这里没有其他人的消息。',
  problems: {
    'division by zero': ' 没有结果：除数为零。',
    'too large': ' 的结果太大，写不下。',
    'not exact': ' 没有能精确写出的结果。',
  },
  headings: { decisions: '决定', questions: '待解决的问题', tasks: '分工与待办', upshot: '要点' },
  noSentence: {
    decisions: '我看到的消息里没有像是决定的句子。',
    questions: '我看到的消息里没有像是待解决问题的句子。',
    tasks: '我看到的消息里没有说明谁做什么的句子。',
    upshot: '我看到的消息里没有值得引用的要点。',
  },
  comma: '，',
  dash: ' —— ',
}

/** The engine's own sentences in a language. */
export const sentencesIn = (language: Language): Sentences => (language === 'zh' ? zh : en)
