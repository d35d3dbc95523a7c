/**
 * Parses requests for summaries, in English, Chinese and Japanese, by patterns only: words that they do not know are a question like any other,
 * which the model answers with its thread.
 */

import type { I18n } from '../../i18n/catalog.ts'
import { extractSpan, type Span } from '../../text/date-range.ts'

/** The place that is to be summarized. */
type RequestedPlace =
  /** The thread of the request, or its channel outside of threads. */
  | { of: 'here' }
  | { of: 'this channel' }
  /** The last recording in the thread of the request. */
  | { of: 'recording' }
  /** All channels that the person and the bot share. */
  | { of: 'everywhere' }
  | { of: 'channel'; id?: string; name?: string }
  /** A thread, by one of its messages. */
  | { of: 'thread'; channel: string; ts: string }

/** Words that look like a request for a summary. */
interface SummaryRequest {
  place: RequestedPlace
  /** The rest of the words: a time, a form, or something else to summarize. */
  words: string
}

/** A request for a summary: of which place and time, and in which form. */
export interface AskedSummary {
  place: RequestedPlace
  span: Span | undefined
  form: RequestedForm
  /** Words that name neither a time nor a form. */
  unknown?: string
}

/** The sections of a summary that can be requested alone. */
export const sections = ['decisions', 'disagreements', 'questions', 'tasks'] as const
type Section = (typeof sections)[number]

/** The requested form of a summary. */
interface RequestedForm {
  /** Only these. */
  sections?: Section[]
  /** In the person's own words: “as a table for the customer”. */
  words?: string
}

const polite = String.raw`(?:(?:please|pls|can you|could you|would you|will you|hey|hi|hello|ok|so|now|quickly|briefly)[\s,，]+)*`
const noun = String.raw`(?:summary|recap|digest|tl;?\s?dr)(?:\s+of\b)?`
const english = new RegExp(
  String.raw`^${polite}(?:(?:summari[sz]e|sum\s+up|recap|tl;?\s?dr|(?:give|get|write|make|show|provide|send)\s+(?:(?:me|us)\s+)?(?:(?:with\s+)?(?:an?|the)\s+)?(?:(?:short|brief|quick|full|nice)\s+)?${noun}|i(?:['’]d\s+like|\s+(?:need|want|would\s+like))\s+(?:an?|the)?\s*(?:(?:short|brief|quick)\s+)?${noun}|what(?:['’]s|\s+is)\s+the\s+${noun}|(?:an?\s+)?(?:(?:short|brief|quick)\s+)?summary(?:\s+of\b)?|catch\s+me\s+up(?:\s+on\b)?)(?![\w-])\s*|(?=what(?:['’]s|\s+is|\s+was)\s+new\b|(?:what\s+)?(?:did|have)\s+i\s+miss|what\s+happened\s+since\b))`,
  'i',
)
const chineseVerb = '(?:总结|概括|归纳|梳理|汇总|小结|摘要|回顾|總結|歸納|彙總|小結|回顧)'
const chinese = new RegExp(
  String.raw`^(?:请问|请|請|麻烦|麻煩|帮我|幫我|帮忙|帮|给我|給我|能不能|能否|可不可以|可以|能|你|您|快速|简单|把|对|将|来|做个?|写个?|一下|\s)*((?:最近|过去|近|从|自|上次|今天|昨天|前天|本周|这周|上周|周|\d)[^总概归梳汇小摘回總歸彙你您]{0,20})?((?:(?:这个?|這個?|本|整个|当前)?(?:讨论串?|討論串?|线程|帖子|对话|頻道|频道|群|聊天记录?|消息列?)|(?:[这那][段个条]?|上面的|我的)?(?:会议|通话)?(?:录音|錄音|语音|語音|音频|音訊))(?:里|中)?(?:的)?(?:内容)?)?${chineseVerb}(?:一下|下|一遍|一份)?`,
)
const japaneseRecording = '(?:この|その|上の)?(?:会議の)?(?:録音|音声(?:メッセージ)?|ボイスメッセージ)'
/** The verb ends a request in Japanese: what stands before it is as much of the request as what follows. */
const japaneseVerb =
  /[をの]?\s*(?:要約|まとめ|サマリー)を?(?:し?て|お願い(?:します|できますか)?|(?:作っ|作成し|見せ|教え)て)?(?:(?:教え|見せ)て)?(?:ください|下さい|もらえ(?:ますか|ませんか|る)|くれ(?:ますか|ませんか|る)?|いただけ(?:ますか|ませんか)|ほしい(?:です)?|欲しい(?:です)?)?(?=[\s、。，,.!！?？:：]|$)/
const japaneseNews =
  /^(?=(?:何か|何を|私[がは])?見(?:逃|落と)した|前回(?:の要約)?(?:から|以降|以来)の?新|新着(?:メッセージ)?は|何か新しい(?:こと|内容|もの|メッセージ))/
const chineseNews = /^(?:请问|请)?(?=(?:(?:自|从)?(?:我)?上次.{0,10}(?:后|来))?有(?:什么|哪些|没有)新|我错过了)/

/** Words for things that are not people's messages. */
const other =
  /\b(?:files?|pdf|documents?|docs?|articles?|web\s?(?:page|site)s?|text|paragraphs?|e-?mails?|images?|pictures?|screenshots?|attachments?|attached|code|book|your|you|yourself|answers?|repl(?:y|ies) above)\b|文件|文档|文章|附件|附图|图片|截图|邮件|网页|这段|这篇|下面|以下|上文|代码|你|ファイル|文書|文章|資料|記事|論文|小説|添付|画像|写真|スクショ|スクリーンショット|メール|ページ|サイト|コード|以下|あなた|回答/i
const anyLink = /https?:\/\//
const messageLink =
  /<?https?:\/\/[^\s|<>]+\/archives\/([A-Z0-9]{2,})(?:\/p(\d{10})(\d{6}))?(?:\?([^\s|<>]*))?(?:\|[^>]*)?>?/
const channelToken =
  /(?:\b(?:in|of|from|for|on)\s+|在)?(?:<#([A-Z0-9]+)(?:\|[^>]*)?>|#([^\s#,，、。!！?？]{1,80}(?=\s+[のをでには])|[^\s#,，、。!！?？]+?))(?=[\s,，、。!！?？のをでには]|里|中|的|频道|チャンネル|$)(?:里|中)?(?:的)?(?:频道)?(?:的)?(?:\s*[のをでには])?(?:チャンネル)?の?/
const thisChannel =
  /\b(?:in\s+|of\s+)?(?:this|the|our)\s+(?:whole\s+|entire\s+)?channel\b|(?:这个?|本|整个|当前)?(?:频道|群)(?:里|中)?(?:的)?|(?:この|本|当)チャンネル(?:全体)?[のをで]?/i
const thisThread =
  /(?:^\s*|\b(?:all\s+of\s+)?(?:this|the|our|that)\s+)(?:whole\s+|entire\s+)?(?:thread|conversation|discussion|chat)(?:\s+(?:above|so far|here))?\b|(?:这个?|本|整个|当前)?(?:讨论串?|线程|帖子|对话|消息列|聊天记录?)(?:里|中)?(?:的)?(?:内容)?|(?:この|上の|ここの)?(?:スレッド|会話|やり取り|やりとり|議論)(?:全体)?[のを]?/i
const everywhere =
  /\b(?:everywhere|(?:in|of|across)\s+(?:all|every)(?:\s+(?:my|our|the))?\s+channels?)\b|(?:我们)?(?:所有|全部)(?:的)?频道(?:里|中)?(?:的)?|(?:すべて|全て|全部|全)の?チャンネル[のをで]?/i
const noise =
  /\b(?:please|pls|thanks|thank you|for me|for us|to me|so far|what (?:was|has been) (?:said|discussed)|what happened|everything|all of it|the messages|messages|of the)\b|^(?:this|it|that|here|all|us|me|the|of)\b|(?:谢谢|好吗|可以吗|吧|吗|一下|的消息|说了什么|的内容|内容)(?=[\s,，。!！?？]|$)|^(?:的|里|中|消息)+/gi
const japaneseNoise =
  /^(?:を|(?:[のではにがと]|から|まで)(?!\p{Script=Hiragana})|(?:これ|ここ|今)(?:まで)?[のを]?(?![\p{L}])|(?:内容|メッセージ|話)[のを]?)|(?:[のをはが]|の?(?:内容|メッセージ|話))$/u
const marks = /^[\s,，:：.。!！?？;；、-]+|(?<![\s,，:：.。!！?？;；、-])[\s,，:：.。!！?？;；、-]+$/g

const spoken = String.raw`(?:recordings?|(?:voice|audio)\s+(?:clips?|messages?|memos?|notes?|files?)|clips?|audio)`
const thisRecording = new RegExp(
  String.raw`(?:^\s*|\b(?:(?:of|in|from)\s+)?(?:this|the|that|these|my|our)\s+(?:(?:last|latest|attached)\s+)?)${spoken}(?!\s+(?:about|of)\b)\b|(?:这[段个条]?|那[段个条]|上面的|我的)?(?:会议|通话)?(?:录音|錄音|语音(?:消息|留言)?|語音|音频(?:文件)?|音訊)(?:里|中)?(?:的)?(?:内容)?|${japaneseRecording}`,
  'i',
)

/** A longer request brings a text of its own. */
const maxRequestCharacters = 300

/** Parses words that begin as a request for a summary does; mentions of the bot have been removed from them. */
export function parseSummaryRequest(asked: string): SummaryRequest | undefined {
  const text = asked
    .replace(/^[\s,，:：]+/, '')
    .replace(/[０-９＃]/g, wide => wide.normalize('NFKC'))
    .trim()
  if (text.length > maxRequestCharacters || /\n/.test(text)) return undefined
  const words = extractWords(text)
  if (words === undefined) return undefined
  const { place, rest } = takePlace(words)
  // “Summarize this: …” and “summarize https://…” are about something else.
  const isNamed = place.of === 'channel' || place.of === 'thread'
  if (anyLink.test(rest) || /[:：]\s*\S.{19,}/.test(rest)) return undefined
  if (!isNamed && other.test(rest)) return undefined
  return { place, words: stripCourtesy(rest) }
}

/** Extracts the words around the verb of a request. */
function extractWords(text: string): string | undefined {
  const found = english.exec(text) ?? chinese.exec(text) ?? chineseNews.exec(text) ?? japaneseNews.exec(text)
  if (found !== null) {
    const [whole, span = '', object = ''] = found
    return `${object} ${span} ${text.slice(whole.length)}`
  }
  const verb = japaneseVerb.exec(text)
  return verb === null ? undefined : `${text.slice(0, verb.index)} ${text.slice(verb.index + verb[0].length)}`
}

function takePlace(words: string): { place: RequestedPlace; rest: string } {
  const link = messageLink.exec(words)
  if (link !== null) {
    const [whole, channel = '', seconds, micros, query = ''] = link
    const thread = /(?:^|&)thread_ts=(\d{10}\.\d{6})/.exec(query.replaceAll('&amp;', '&'))?.[1]
    const ts = thread ?? (seconds === undefined ? undefined : `${seconds}.${micros}`)
    const rest = words.replace(whole, ' ')
    return { place: ts === undefined ? { of: 'channel', id: channel } : { of: 'thread', channel, ts }, rest }
  }
  const token = channelToken.exec(words)
  if (token !== null) {
    const [whole, id, name] = token
    const place = { of: 'channel' as const, ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
    return { place, rest: words.replace(whole, ' ') }
  }
  if (everywhere.test(words)) return { place: { of: 'everywhere' }, rest: words.replace(everywhere, ' ') }
  if (thisRecording.test(words)) return { place: { of: 'recording' }, rest: words.replace(thisRecording, ' ') }
  if (thisChannel.test(words)) return { place: { of: 'this channel' }, rest: words.replace(thisChannel, ' ') }
  return { place: { of: 'here' }, rest: words.replace(thisThread, ' ') }
}

function stripCourtesy(words: string): string {
  let bare = words.replace(/\s+/g, ' ')
  for (let before = ''; before !== bare; ) {
    before = bare
    bare = bare.replace(marks, '').replace(noise, ' ').replace(japaneseNoise, ' ').replace(/\s+/g, ' ').trim()
  }
  return bare.replace(marks, '')
}

/** Formats a command's text as a question that stands by itself: with the channel of the command, unless another place is named. */
export function formatQuestion(text: string, here: string, i18n: I18n): string {
  const verb = i18n.summary.verb
  const isNamed =
    everywhere.test(text) || /<#[A-Z0-9]+(?:\|[^>]*)?>|(?:^|\s|在)#[^\s#]|https?:\/\/\S+\/archives\//.test(text)
  return [verb, ...(isNamed || here === '' ? [] : [here]), text].filter(part => part !== '').join(' ')
}

const sectionWords: [Section | undefined, string][] = [
  [
    'decisions',
    'decisions?|conclusions?|what (?:was|we|has been) decided|决定|结论|决策|決定(?:事項)?|決まったこと|結論',
  ],
  [
    'disagreements',
    'disagreements?|where (?:they|we|people) disagree|分歧|争议|意見が(?:分かれ|割れ)ている(?:点|こと)|対立点',
  ],
  [
    'questions',
    '(?:open |unanswered |unresolved )?questions?|what is (?:still )?open|(?:未解决|没解决|待解决|开放|待定)?的?(?:问题|议题)|(?:未解決|未回答)?の?(?:質問|問題|課題)|疑問',
  ],
  [
    'tasks',
    'tasks?|action items?|to-?dos?|next steps?|who does what|待办(?:事项)?|任务|分工|行动项|谁做什么|やること|タスク|アクションアイテム',
  ],
  [
    undefined,
    String.raw`only|just|give me|show|list|with|and|or|the|all|please|alone|只要|只看|只列|只说|仅|只|要|和|与|以及|及|所有|全部|列出|就行|就好|即可|だけ|のみ|[とやもをの]|すべて|全部|[\s,，、&.。!！?？]+`,
  ],
]
const sectionTokens = sectionWords.map(([section, words]) => ({ section, token: new RegExp(`^(?:${words})`, 'i') }))

/** Parses the form from the words that are left when place and time are taken out. */
export function parseForm(words: string): RequestedForm {
  const bare = stripCourtesy(words)
  if (bare === '') return {}
  const found = new Set<Section>()
  let rest = bare
  // Word by word from the front: one pattern for all would try every way to divide them (exponential).
  for (;;) {
    const next = sectionTokens
      .map(({ section, token }) => ({ section, length: token.exec(rest)?.[0].length ?? 0 }))
      .sort((a, b) => b.length - a.length)[0]
    if (next === undefined || next.length === 0) break
    if (next.section !== undefined) found.add(next.section)
    rest = rest.slice(next.length)
  }
  if (rest === '' && found.size > 0) return { sections: sections.filter(section => found.has(section)) }
  return { words: bare }
}

const language =
  'english|chinese|mandarin|japanese|korean|german|french|spanish|portuguese|italian|dutch|polish|russian|ukrainian|turkish|arabic|hebrew|hindi|thai|vietnamese|indonesian|swedish|danish|norwegian|finnish|czech|greek'
/** Words that introduce a form. */
const formOpener = new RegExp(
  String.raw`^in\s+(?:(?:the|an?)\s+)?(?:form|format|style|tone|voice|manner|way|table|list|few|\d+|one|two|three|four|five|six|ten|short|brief|simple|plain|more|less|detail|full|bullets?|points?|prose|words|sentences|${language})\b|\b(?:about|focus(?:ing|ed)?|as an?)\b`,
  'i',
)
const formWords =
  /^(?:as|for|into|with|without|only|just|by|like|short(?:ly|er)?|brief(?:ly)?|detailed|longer|bullets?|table|one|two|three|five|\d+\s+(?:bullets?|points?|sentences?|lines?|words)|what\s.*\b(?:said|says|decided|agreed|discussed|wrote|thinks?|wants?)|who\s+does)\b|^(?:做成|写成|变成|用|以|只|仅|按|给|成|列|分|简短|详细|简要|简单|关于|重点|表格|一句话|几句话|英文|中文|英语|要点|从.{1,12}角度|[一二三四五六七八九十\d]+\s*(?:条|点|句|行|个|つ|文|項目|文字)|表(?:形式)?[でに]|(?:箇条書き|リスト|一覧|一言|ひとこと)[でに]|(?:簡単|簡潔|手短|丁寧)に|短く|詳し[くい]|(?:英語|日本語|中国語|韓国語)で|重要|要点|(?![こそあ]の|これ|それ)[^をがは、。\s]{1,16}(?:向け|だけ|のみ|について|に関して|を中心に))/i

/**
 * Parses a request for a summary of people's messages. Without a channel or thread it is one only if the rest names a form:
 * “summarize the plot of Hamlet” is a question like any other.
 */
export async function parseAskedSummary(
  asked: string,
  now: number,
  timeZone: string,
): Promise<AskedSummary | undefined> {
  const request = parseSummaryRequest(asked)
  if (request === undefined) return undefined
  const { span, rest } = await extractSpan(request.words, now, timeZone)
  const { place } = request
  const form = parseForm(rest)
  const { words } = form
  if (words === undefined || formOpener.test(words) || formWords.test(words)) return { place, span, form }
  const isNamed = place.of === 'channel' || place.of === 'thread' || place.of === 'everywhere'
  return isNamed ? { place, span, form: {}, unknown: words } : undefined
}
