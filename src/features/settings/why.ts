import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { findSilence } from '../../queue/addressee.ts'
import { isUnasked, parseStoredTurn, turnIdOf } from '../../queue/turn.ts'
import { parseFacts } from '../../queue/turn-facts.ts'
import type { RawMessage } from '../../slack/message.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import { messagesOf } from '../../slack/reader.ts'
import { parseReadError } from '../../slack/thread-history.ts'
import type { TurnRecord } from '../../store/turns.ts'
import { budgetNames } from '../../store/usage.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import type { Services } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'

type WhyDeps = Pick<Services, 'self' | 'store' | 'reader' | 'access' | 'policies'>

type Facts = ReturnType<typeof parseFacts>
type Refusal = keyof I18n['policy']['refusals']
type Rule = keyof I18n['why']['rules'] | Refusal

/** A message that somebody asks about, with its turn if it was one. */
interface Subject {
  channel: string
  ts: string
  threadTs: string | undefined
  record: TurnRecord | undefined
  /** The words of the message in Slack's form, if it has just been read. */
  text: unknown
  rule: Rule
}

const quotedCharacters = 100

/** Messages of a channel among which the newest of somebody else is looked for. */
const mostRead = 20

/**
 * Explains a message: the rule by which it was answered or not, and what the answer rests on, in Markdown for one person. Throws a
 * `ShownError` if the person may not see its channel now.
 */
export async function explain(
  deps: WhyDeps,
  { user, channel, find }: { user: string; channel: string; find: (deps: WhyDeps) => Promise<Subject | undefined> },
  i18n: I18n,
): Promise<string> {
  await deps.access.check(user, channel)
  const subject = await find(deps)
  return subject === undefined ? i18n.why.nothing : renderCard(deps, subject, i18n)
}

/** Finds the newest message of somebody else in a channel or its threads. */
export const findLatest =
  (channel: string) =>
  async (deps: WhyDeps): Promise<Subject | undefined> => {
    const page = await deps.reader
      .fetch('conversations.history', { channel, limit: mostRead }, { for: 'question' })
      .catch(error => {
        throw parseReadError(error)
      })
    const others = messagesOf(page).filter(
      raw => !['own', 'notice'].includes(String(findSilence(channel, raw, deps.self))),
    )
    const newest = await deps.store.turns.findNewest(channel, newestTs)
    const [raw] = others
    if (newest !== undefined && newest.ts >= String(raw?.ts ?? ''))
      return toSubject(newest, others.find(({ ts }) => ts === newest.ts)?.text)
    return raw && findMessage(channel, raw)(deps)
  }

/** No ts comes after it. */
const newestTs = '9'

/** Finds the last turn before a ts, in a thread or in all of a channel. */
export const findBefore =
  ({ channel, ts, threadTs }: { channel: string; ts: string; threadTs: string | undefined }) =>
  async ({ store }: WhyDeps): Promise<Subject | undefined> => {
    const record = await store.turns.findNewest(channel, ts, threadTs)
    return record && toSubject(record)
  }

/** Finds a message that somebody points at: a question, an answer, or one that was not answered. */
export const findMessage =
  (channel: string, raw: RawMessage) =>
  async ({ self, store }: WhyDeps): Promise<Subject | undefined> => {
    const ts = String(raw.ts)
    const silence = findSilence(channel, raw, self)
    const record =
      (await store.turns.load(turnIdOf(self.teamId, channel, ts))) ??
      (silence === 'own' ? await store.turns.findByReply(channel, ts) : undefined)
    if (record !== undefined) return toSubject(record, record.ts === ts ? raw.text : undefined)
    const threadTs = typeof raw.thread_ts === 'string' ? raw.thread_ts : undefined
    const isInThread = threadTs !== undefined && threadTs !== ts
    return { channel, ts, threadTs, record, text: raw.text, rule: silence ?? (isInThread ? 'foreign' : 'unknown') }
  }

function toSubject(record: TurnRecord, text?: unknown): Subject {
  const { channel, ts, threadTs } = record
  return { channel, ts, threadTs, record, text, rule: findRule(record) }
}

function findRule({ state, turn, facts }: TurnRecord): Rule {
  const { refusal = '' } = parseFacts(facts)
  if (state === 'passed') return isRefusal(refusal) || isRule(refusal) ? refusal : 'foreign'
  if (state === 'declined') return 'flooded'
  if (state === 'withdrawn' || state === 'withdrawing') return 'deleted'
  if (state === 'quarantined') return 'quarantined'
  const parsed = parseStoredTurn(turn)
  if (parsed === undefined) return 'unknown'
  if (parsed.place === 'dm') return 'direct'
  if (isUnasked(parsed)) return 'ambient'
  return parsed.isAddressed ? 'mentioned' : 'follow_up'
}

const isRefusal = (key: string): key is Refusal => Object.hasOwn(i18nFor('').policy.refusals, key)

const isRule = (key: string): key is keyof I18n['why']['rules'] => Object.hasOwn(i18nFor('').why.rules, key)

const answered: readonly Rule[] = ['direct', 'mentioned', 'follow_up', 'ambient']
const unfinished: readonly string[] = ['waiting', 'answering', 'stopping']

function renderCard({ self, policies }: WhyDeps, subject: Subject, i18n: I18n): string {
  const { channel, ts, threadTs, record, rule } = subject
  const { why } = i18n
  const isOpen = record !== undefined && unfinished.includes(record.state)
  const title = isOpen ? why.title.working : answered.includes(rule) ? why.title.answered : why.title.silent
  const link = buildPermalink(self, channel, ts, threadTs)
  const lines = record === undefined || isOpen ? [] : renderFacts(parseFacts(record.facts), i18n)
  const { turnDays } = policies.retention()
  if (record !== undefined && turnDays !== undefined) lines.push(why.kept({ days: turnDays }))
  if (record?.state === 'failed')
    lines.unshift(why.failed({ kind: escapeMarkdown(parseFacts(record.facts).outcome ?? '') }))
  const sentence = isRefusal(rule) ? i18n.policy.refusals[rule] : why.rules[rule]
  const said = rule === 'deleted' ? [] : quoteBeginning(subject.text)
  return [`**${title}**`, ...said, sentence, ...lines.map(line => `- ${line}`), why.about({ link })].join('\n')
}

/** Quotes how a message begins, without mentions, so that it is seen which one is meant. */
function quoteBeginning(text: unknown): string[] {
  const plain = slackToPlain(typeof text === 'string' ? text.replace(/<[@!][^<>]*>/g, ' ') : '', id => id)
  const words = plain.replace(/\s+/g, ' ').trim()
  const cut = words.length > quotedCharacters ? `${words.slice(0, quotedCharacters).toWellFormed()}…` : words
  return words === '' ? [] : [`> ${escapeMarkdown(cut)}\n`]
}

function renderFacts(facts: Facts, i18n: I18n): string[] {
  const { read, total = read, files = [], instructions, heard, model, modelRule, pictures, usage } = facts
  const { why } = i18n
  const nameOf = ({ name }: { name: string }) => escapeMarkdown(name)
  const messages =
    read === undefined || total === undefined
      ? []
      : [read === total ? why.messages({ read }) : why.someMessages({ read, total })]
  const seen = [...messages, ...files.filter(({ missing }) => missing === undefined).map(nameOf)]
  const unseen = files.flatMap(({ name, missing }) =>
    missing === undefined ? [] : [why.fileProblem({ name: escapeMarkdown(name), reason: formatReason(missing, i18n) })],
  )
  const whose = (instructions ?? []).map(of => new Map(Object.entries(why.whose)).get(of) ?? of)
  const { redacted = 0 } = usage ?? {}
  return [
    ...(seen.length === 0 ? [] : [why.read({ read: i18n.formats.and(seen) })]),
    ...(unseen.length === 0 ? [] : [why.notRead({ files: i18n.formats.and(unseen) })]),
    ...(heard === undefined ? [] : [formatHeard(heard, i18n)]),
    ...(instructions === undefined ? [] : [why.instructions({ whose: i18n.formats.and(whose) || why.whose.none })]),
    ...(model === undefined ? [] : [renderModel(model, modelRule, i18n)]),
    ...(pictures === undefined ? [] : [why.pictures(pictures)]),
    ...renderSpending(usage, i18n),
    ...renderLimits(facts, i18n),
    ...(redacted > 0 ? [why.redacted({ values: redacted })] : []),
  ]
}

function renderModel(model: string, key: string | undefined, i18n: I18n): string {
  const { why } = i18n
  const name = escapeMarkdown(formatModelTitle(model, i18n))
  const rule = new Map(Object.entries(why.rulesOfModel)).get(key ?? '')
  return rule === undefined ? why.model({ name }) : why.modelBy({ name, rule })
}

/** Renders who has switched redaction on, and the budgets; amounts only of the person's own. */
function renderLimits({ redaction = [], budgets = {} }: Facts, { why, policy, formats }: I18n): string[] {
  const whose = redaction.flatMap(of => new Map(Object.entries(why.whose)).get(of) ?? [])
  const names = budgetNames.flatMap(name => {
    const [amount, budget] = [budgets[name], policy.budgets.of[name]]
    if (amount === undefined) return []
    return name.startsWith('person') ? why.personBudget({ budget, dollars: formats.dollars(amount) }) : budget
  })
  return [
    ...(whose.length === 0 ? [] : [why.redaction({ whose: formats.and(whose) })]),
    ...(names.length === 0 ? [] : [why.budgets({ names: formats.and(names) })]),
  ]
}

/** Renders the tokens and the cost of an answer, and says where they are estimates. */
function renderSpending(usage: Facts['usage'] = {}, { why, formats }: I18n): string[] {
  const { tokensIn, tokensOut, tokensCached: cached = 0, tokensReasoning: reasoning = 0, cost } = usage
  if (tokensIn === undefined || tokensOut === undefined) return []
  const count = {
    tokensIn: cached > 0 ? why.tokensCached({ count: tokensIn, cached }) : why.tokensIn({ count: tokensIn }),
    tokensOut:
      reasoning > 0 ? why.tokensReasoning({ count: tokensOut, reasoning }) : why.tokensOut({ count: tokensOut }),
  }
  const mark = (text: string) => (usage.isEstimate === true ? why.estimate({ text }) : text)
  const price =
    cost === null ? why.noPrice : cost === undefined ? [] : mark(why.cost({ dollars: formats.dollars(cost) }))
  return [mark(why.tokens(count))].concat(price)
}

const formatHeard = ({ model, seconds, micros }: NonNullable<Facts['heard']>, { why }: I18n): string => {
  const words = why.heard({ minutes: Math.ceil(seconds / 60), name: escapeMarkdown(model) })
  return micros === undefined ? words : `${words} ($${(micros / 1_000_000).toFixed(micros < 10_000 ? 4 : 2)})`
}

const formatReason = (key: string, { fileReasons }: I18n): string =>
  new Map<string, string>(Object.entries(fileReasons)).get(key) ?? key
