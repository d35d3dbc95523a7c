import { createFormats } from '../../src/i18n/formats.ts'
import { detectLanguage } from '../../src/text/language.ts'

/** Everything that the built-in engine says in its own words, in one language; all the rest of an answer is quoted. */
interface Sentences {
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
  /** Formats times. */
  moments: ReturnType<typeof createFormats>
}

const en: Sentences = {
  noModel:
    'No language model is connected, so I can only quote what people wrote here, pick out decisions, open questions ' +
    'and tasks, and do arithmetic.\n' +
    'To connect one, run `OPENAI_API_KEY=… npm run playground`, or start Ollama, LM Studio or llama.cpp on this ' +
    'machine and restart the playground.',
  found: 'Here’s what I found in this thread:',
  nothingFound: messages =>
    `I couldn’t find that in this thread (${messages} ${messages === 1 ? 'message' : 'messages'}).`,
  nothingToRead: 'There’s nothing here but your question. Ask me in a thread that has some messages.',
  problems: {
    'division by zero': ' has no result: it divides by zero.',
    'too large': ' is too large to show.',
    'not exact': ' has no exact value that I can show.',
  },
  headings: { decisions: 'Decisions', questions: 'Open questions', tasks: 'To do', upshot: 'Also' },
  noSentence: {
    decisions: 'I found no decisions here.',
    questions: 'I found no open questions here.',
    tasks: 'I found nothing to do here.',
    upshot: 'I found nothing else worth quoting.',
  },
  comma: ', ',
  dash: ' — ',
  moments: createFormats('en-US'),
}

const zh: Sentences = {
  noModel:
    '当前没有连接语言模型，我只能引用大家写过的原话，找出决定、待解决的问题和待办，也能做算术。\n' +
    '要连接模型，请运行 `OPENAI_API_KEY=… npm run playground`，或在本机启动 Ollama、LM Studio 或 llama.cpp，再重启体验区。',
  found: '在这个消息列里找到这些内容：',
  nothingFound: messages => `在这个消息列里没有找到相关内容（共 ${messages} 条消息）。`,
  nothingToRead: '除了你的问题，这里还没有别的消息。请在有消息的消息列里问我。',
  problems: {
    'division by zero': ' 没有结果：除数为零。',
    'too large': ' 的结果太大，写不下。',
    'not exact': ' 没有能精确写出的结果。',
  },
  headings: { decisions: '决定', questions: '待解决的问题', tasks: '待办', upshot: '其他' },
  noSentence: {
    decisions: '这里没有找到决定。',
    questions: '这里没有找到待解决的问题。',
    tasks: '这里没有找到待办。',
    upshot: '这里没有值得引用的内容。',
  },
  comma: '，',
  dash: ' —— ',
  moments: createFormats('zh-CN'),
}

/** The languages in which the engine answers. */
type Language = 'en' | 'zh'

/** The engine's own sentences in a language. */
export const sentencesIn = (language: Language): Sentences => ({ en, zh })[language]

/** Detects the language to answer a text in. */
export const languageOf = (text: string): Language => (detectLanguage(text) === 'zh' ? 'zh' : 'en')
