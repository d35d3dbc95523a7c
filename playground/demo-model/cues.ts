/**
 * The words by which a sentence shows what it is, in English and in Chinese: what a question asks for, and whether a
 * sentence decides, asks, or gives somebody something to do. Patterns only; they point at literal sentences, and a
 * reader sees which.
 */

export type Section = 'decisions' | 'questions' | 'tasks' | 'upshot'

/** What the bot is asked to do with what was said. */
export type Wish = { is: 'summary'; of: readonly Section[] } | { is: 'search' } | { is: 'other' }

const WHOLE: readonly Section[] = ['decisions', 'questions', 'tasks', 'upshot']

const SUMMARY =
  /\b(?:summari[sz]e|summary|sum up|tl;?dr|recap|catch me up|key points|main points|takeaways|what (?:did|have) (?:i|we) miss(?:ed)?)\b|总结|概括|摘要|归纳|梳理|要点|纪要|回顾一下|太长不看/i
/** "Who wrote the summary?" wants no summary. */
const ASKS_FOR_FACT =
  /^(?:who|whom|whose|when|where|why|how (?:many|much|long)|did|does|is|are|was|has|have)\b|谁(?!来?做什么)|什么时候|何时|几个|多少|哪天/i
const WANTS_TASKS =
  /\b(?:action items?|to-?dos?|tasks|next steps|who (?:does|is doing|will do|has to do|should do) what|assignments)\b|待办|分工|谁(?:来)?做什么|任务|下一步|行动项/i
const WANTS_QUESTIONS =
  /\b(?:(?:open|unanswered|unresolved|outstanding) (?:questions?|issues?|points?)|what(?:['’]s| is| are) (?:still )?(?:open|unclear|unresolved|undecided))\b|(?:哪些|什么|有没有|列出|还有)[^。]{0,8}(?:未解决|没解决|待解决|待定|悬而未决|没定|没有?回答)|(?:未解决|没解决|待解决|待定|悬而未决|没有?回答|还没定)的(?:问题|事|议题)/i
const WANTS_DECISIONS =
  /^(?:decisions?|conclusions?|决定|结论|共识)[\s?？.。]*$|\b(?:what(?:'s| was| were| is| has been| have| did| do)?\b[^?]{0,30}\b(?:decid\w*|agreed?|conclu\w+)|(?:the|any|all|list|which|what) [^?]{0,20}decisions?|conclusions?)\b|(?:哪些|什么|有没有|列出|所有|做了|最后|最终)[^？?]{0,6}(?:决定|结论|共识)|(?:决定|结论|共识)(?:了|是|有)(?:哪些|什么)/i
const ABOUT_SOMETHING =
  /\b(?:about|on|regarding|concerning|for)\s+(?!this|the thread|it\b|that\b|us\b|me\b|now\b)\w|关于|对于/i

/** A text that has to be made up: no literal sentence would answer it. */
const CREATION =
  /^(?:(?:please|can you|could you|would you|will you|help me)\s+)*(?:write|draft|compose|translate|rewrite|rephrase|generate|create|invent|imagine|explain|code|implement|brainstorm|suggest|tell (?:me|us) a|make (?:me )?an?)\b|^(?:请|请你|请帮我|帮我|麻烦)?(?:写|翻译|改写|润色|生成|创作|编|解释|画|起草|设计|推荐|讲个)/i
/** Questions about the bot itself. */
const ABOUT_BOT =
  /^(?:(?:hi|hello|hey|yo|good (?:morning|afternoon|evening)|thanks|thank you|help|who are you|what are you|how are you|what can you do|what do you do|how do you work|你好|您好|嗨|哈喽|早上好|下午好|晚上好|谢谢|多谢|帮助|你是谁|你是什么|你会什么|你能做什么|你能干什么|你可以做什么|你能帮我做什么|在吗)(?:\s*(?:there|all|everyone|everybody|bot|threadwise|please|啊|呀|吗|呢))*[\s,，.。!！?？~～]*)+$/i
const QUESTION =
  /[?？]\s*$|^(?:(?:and|so|but|ok|okay|hey|hi|please|also)[\s,]+)*(?:who|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|any|find|search|quote|show|list|tell|remind|look)\b|谁|什么|哪|几|多少|怎么|怎样|如何|为什么|为何|何时|吗|呢|有没有|是不是|是否|能不能|找|查|搜|列出|告诉我/i

/** The name of a kind of sentence and hardly more: "action items please", "所有待办". */
const KIND_ALONE =
  /^(?:please|the|our|all|any|list|show|give|me|us|open|unanswered|unresolved|outstanding|请|列出|给我|帮我|一下|看看|所有|全部|未解决的|待解决的|[\s,，])*(?:action items?|to-?dos?|tasks?|next steps|questions?|issues?|points?|decisions?|conclusions?|assignments|待办|分工|任务|下一步|行动项|问题|决定|结论|共识)(?:please|so far|here|事项|清单|列表|[\s?？.。!！:：])*$/i
/** "I'll write the summary" asks for none. */
const STATEMENT =
  /^(?:@?[\p{L}]+)(?:['’](?:ll|m|ve|re|d)| (?:will|am|can|have|has|had|was|were|is|are|did|wrote|sent|should|must|needs?))\b|我(?:来|会|负责|去|已)|由.{1,8}(?:来|写|做)/iu

/** What a question wants: sentences of some kind, an answer out of what was said, or something that cannot be done. */
export function toWish(question: string): Wish {
  const text = question.trim()
  const isAsked = QUESTION.test(text)
  if (text === '' || ABOUT_BOT.test(text) || (CREATION.test(text) && !SUMMARY.test(text))) return { is: 'other' }
  if (SUMMARY.test(text) && !ASKS_FOR_FACT.test(text) && (isAsked || !STATEMENT.test(text)))
    return { is: 'summary', of: narrowed(text) ?? WHOLE }
  // A long question names more than the kind of sentence it wants, and is better searched for.
  const sections = ABOUT_SOMETHING.test(text) || text.length > KIND_CHARS ? undefined : narrowed(text)
  if (sections && (isAsked || KIND_ALONE.test(text))) return { is: 'summary', of: sections }
  return { is: isAsked ? 'search' : 'other' }
}

const KIND_CHARS = 80

function narrowed(text: string): readonly Section[] | undefined {
  const sections: Section[] = []
  if (WANTS_DECISIONS.test(text)) sections.push('decisions')
  if (WANTS_QUESTIONS.test(text)) sections.push('questions')
  if (WANTS_TASKS.test(text)) sections.push('tasks')
  return sections.length > 0 ? sections : undefined
}

/** Whether a sentence asks something. */
export const isQuestion = (sentence: string): boolean => /[?？][\s"”')）]*$|[吗呢么][。.!！\s]*$/.test(sentence)

const UNDECIDED =
  /\b(?:open question|unclear|not (?:sure|clear|decided)|(?:haven't|hasn't|have not|has not|didn't|yet to|still (?:have|need) to|can't) (?:\w+ )?(?:decide|agree|settle|figure out|find out)\w*|don't know|no idea|tbd|tbc|undecided|to be (?:decided|discussed|confirmed)|up in the air)\b|待定|待确认|待讨论|不清楚|不确定|没想好|未定|还没(?:有)?(?:决定|定|确定|想好|确认)|没(?:有)?(?:决定|定下来)|尚未|悬而未决|不知道/i
const DECIDED =
  /\b(?:decided|decision(?: is)?|agreed|(?:we|everyone) agrees?|agree on|settled|approved|confirmed|signed off|going with|go with|we(?:'ll| will| are going to) (?:use|go|ship|keep|do|release|launch|move|switch|drop|postpone|start|stop|take|adopt|stay|stick)|let(?:'|’)s (?:go|use|do|ship|keep|release|launch|move|switch|drop|postpone|take|stick|adopt|say|make)|final(?:ly|ized|ised)?|it(?:'s| is) a go|consensus)\b|决定|定了|敲定|定下来|定在|定为|同意|确定|确认了|通过了?|达成一致|一致认为|就这么|就这样|拍板|采用|最终|那就|结论是|批准|改为|改成|推迟到|选定/i
const ASSIGNED =
  /\b(?:i(?:'|’)ll|i will|i can (?:take|do|write|fix|handle|own|prepare|check)|i(?:'|’)m going to|i(?:'|’)m on it|leave it to me|on my plate|(?:can|could|would|will) you|please|assigned to|assignee|owners?|owns|takes? care of|responsible for|in charge of|to-?do|action items?|(?:needs?|has|have) to (?!talk|discuss|decide|know|think|see\b)|must|by (?:mon|tues|wednes|thurs|fri|satur|sun)day|by (?:tomorrow|tonight|eod|noon|end of|the \d)|deadline|due)\b|^@?\p{Lu}\p{L}+ (?:will|to|takes|is going to|handles|writes|does|prepares|checks)\b|我来|我会|我去|我可以|我负责|负责|请|麻烦|待办|跟进|交给|安排|认领|由.{1,8}(?:来|做|处理|完成|准备)|(?:之前|前)(?:完成|提交|给|交|搞定|发)|截止/iu

/** What a sentence shows itself to be, or the upshot where it shows nothing. A question decides nothing. */
export function sectionOf(sentence: string): Section {
  if (isQuestion(sentence) && !/\b(?:can|could|would|will) you\b/i.test(sentence)) return 'questions'
  if (UNDECIDED.test(sentence)) return 'questions'
  if (DECIDED.test(sentence)) return 'decisions'
  return ASSIGNED.test(sentence) ? 'tasks' : 'upshot'
}

const NUMBER =
  /\d|[一二两三四五六七八九十百千万亿]+\s*(?:个|位|名|次|天|周|月|年|块|元|人|台|条|份|成|倍)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|dozen|half|none)\b/i
const DATE =
  /\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}\b|\b\d{1,2}(?::\d{2})?\s*(?:am|pm)\b|\b\d{1,2}:\d{2}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:today|tomorrow|tonight|yesterday|noon|midnight|next (?:week|month|quarter|year|sprint)|this (?:week|month|quarter|year|afternoon|morning)|end of|q[1-4])\b|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? \d|\b\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}\s*[月号日点]|[一二三四五六七八九十]+(?:月|号|日|点)|(?:下|这|本|上)?(?:周|星期|礼拜)[一二三四五六日天末]|今天|明天|后天|昨天|今晚|下周|下个月|月底|年底|周末|上午|下午|晚上|本周/i
/** The dates and times that a sentence names, as it writes them. */
export const datesIn = (sentence: string): Set<string> =>
  new Set((sentence.toLowerCase().match(EVERY_DATE) ?? []).map(date => date.replace(/\s/g, '')))

const WEEKDAYS = [
  ['mon', '一'],
  ['tues', '二'],
  ['wednes', '三'],
  ['thurs', '四'],
  ['fri', '五'],
  ['satur', '六'],
  ['sun', '日天'],
] as const
const HOURS = '一二三四五六七八九十'

/** The weekdays and hours that a sentence names, in English or in Chinese, in one form for both. */
export function momentsIn(sentence: string): Set<string> {
  const days = WEEKDAYS.flatMap(([name, han]) =>
    new RegExp(`\\b${name}day\\b|(?:周|星期|礼拜)[${han}]`, 'i').test(sentence) ? [name] : [],
  )
  const hours = [...sentence.matchAll(/\b(\d{1,2}):00\b|(\d{1,2}|[一二三四五六七八九十])点(?!半)/g)].map(
    ([, digits, before = '']) => digits ?? (HOURS.includes(before) ? String(HOURS.indexOf(before) + 1) : before),
  )
  return new Set([...days, ...hours])
}

const NAME =
  /(?<=[\p{L},;:] )\p{Lu}\p{Ll}+|^\p{Lu}\p{Ll}+ (?:will|to|takes|is|has|owns|does|can)\b|@\p{L}|\bI\b|[小老阿]\p{Lo}|由\p{Lo}|我/u

const EVERY_DATE = new RegExp(DATE, 'gi')

/** A kind of answer that a question asks for, by which sentences can be told apart. */
interface Kind {
  asked: RegExp
  isIn: (sentence: string) => boolean
}

const KINDS: readonly Kind[] = [
  {
    asked:
      /\bhow (?:many|much|often|long|big|large|old)\b|\bwhat (?:number|percentage|price|cost|budget)\b|几个|几次|几位|几名|几天|多少|多大|多长|多久/i,
    isIn: sentence => NUMBER.test(sentence),
  },
  {
    asked:
      /\bwhen\b|\bwhat (?:time|date|day)\b|\bwhich (?:day|date|week|month)\b|\bdeadline\b|什么时候|何时|几点|几号|哪天|哪一天|哪个月|日期|星期几|周几/i,
    isIn: sentence => DATE.test(sentence),
  },
  {
    asked: /\b(?:who|whom|whose)\b|谁|哪位|哪个人/i,
    isIn: sentence => NAME.test(sentence),
  },
  {
    asked: /\b(?:decid|decision|agree|conclu)|决定|结论|共识/i,
    isIn: sentence => DECIDED.test(sentence),
  },
]

/**
 * Whether a sentence bears what a question asks for: a number, a date, a name or a decision. Undefined when it asks for
 * none of them.
 */
export function bearsWhatIsAsked(question: string, sentence: string): boolean | undefined {
  const kinds = KINDS.filter(({ asked }) => asked.test(question))
  return kinds.length === 0 ? undefined : kinds.some(({ isIn }) => isIn(sentence))
}

/** "What did Dana say about it?" asks for Dana's sentences, not for those about Dana. */
export const asksWhatSomeoneSaid = (question: string): boolean =>
  /\b(?:say|said|says|think|thinks|thought|mention|mentioned|write|wrote|suggest|suggested|propose|proposed|opinion|according to|promise|promised|ask|asked|quote)\b|说|提到|认为|觉得|意见|建议|写|答应|表示/i.test(
    question,
  )
