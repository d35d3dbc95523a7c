import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import type { Exchange } from '../scripted-model.ts'
import { openStory, type Story, type StoryOptions, toSeen } from '../story.ts'

const commands = ['/ask', '/classify', '/summarize'].map(command => ({ command, description: '', usageHint: '' }))
const shortcuts = ['ask_about_message', 'classify_message', 'summarize_thread'].map(callbackId => ({
  callbackId,
  name: callbackId,
  description: '',
  type: 'message' as const,
}))
const open = (options: StoryOptions = {}) =>
  openStory({ ...options, workspace: { commands, shortcuts, ...options.workspace } })

/** A word of what was said, which the model repeats. */
const secret = 'Initech'

/** A channel that Dana may see at first, and what Admin said there. */
interface Place {
  story: Story
  channel: string
  ts: string
}

async function openPlace(kind: 'private' | 'public'): Promise<Place> {
  const story = await open()
  const { slack, say } = story
  const { admin } = slack.people
  if (kind === 'private') {
    const { leads: channel } = slack.channels
    return { story, channel, ts: await say(admin, channel, `${secret} crashes.`) }
  }
  const { channel = '' } = await slack.do({ do: 'create_channel', as: admin, name: 'plans' })
  await slack.do({ do: 'invite', as: admin, channel, user: slack.botUserId })
  return { story, channel, ts: await say(admin, channel, `${secret} crashes.`) }
}

/** Asks, and resolves when all but the delivery is done with what brings that about. */
type Way = (place: Place) => Promise<() => Promise<unknown>>

/** Asks for what the model has to answer first. */
const byModel =
  (ask: (place: Place) => Promise<unknown>): Way =>
  async place => {
    await ask(place)
    const exchange = await place.story.model.next()
    return async () => {
      answer(exchange)
      place.story.model.answerAll(answer)
    }
  }

/** Asks and is answered; a button below the answer is pressed later. */
const byButton =
  (way: Way, actionId: string): Way =>
  async place => {
    const { slack } = place.story
    await (await way(place))()
    const isTold = ({ method, args }: { method: string; args: SlackJson }) =>
      method === 'response_url' && /Initech|The report is/.test(JSON.stringify(args))
    await slack.until(() => slack.calls.some(isTold), 'the end of the answer')
    const message = await slack.until(() => findWith(place.story, actionId), `a message with ${actionId}`)
    return () => press(place.story, message, actionId)
  }

const inWords = (place: Place) => ({
  token: `<#${place.channel}|x>`,
  link: `${place.story.slack.url}/archives/${place.channel}/p${place.ts.replace('.', '')}`,
})

const summary = byModel(async place => run(place.story, '/summarize', inWords(place).token))
const report = byModel(place => run(place.story, '/classify', `last 7 days in ${inWords(place).token}`))
const card = byModel(({ story: { slack }, channel, ts }) =>
  slack.do({ do: 'message_shortcut', as: slack.people.dana, channel, ts, callbackId: 'classify_message' }),
)

/** Ways out of the bot from elsewhere: direct messages, response URLs, files, and the buttons below them. */
const waysFromElsewhere: [string, Way][] = [
  ['a summary by command', summary],
  ['a summary by link', byModel(async place => run(place.story, '/summarize', inWords(place).link))],
  [
    'a summary by shortcut',
    byModel(({ story: { slack }, channel, ts }) =>
      slack.do({ do: 'message_shortcut', as: slack.people.dana, channel, ts, callbackId: 'summarize_thread' }),
    ),
  ],
  [
    'a summary in a direct message',
    byModel(place =>
      place.story.say(place.story.slack.people.dana, directOf(place.story), `summarize ${inWords(place).token}`),
    ),
  ],
  [
    'a digest',
    byModel(async ({ story, channel }) => {
      const { dana, lee } = story.slack.people
      const digest = { id: 'd', user: dana, pattern: '0 9 * * *', timeZone: 'UTC', title: '', nextAt: Date.now() - 1 }
      await story.store.digests.add({ ...digest, question: `summarize <#${channel}>` })
      await run(story, '/summarize', 'every day 9:00', lee)
    }),
  ],
  ['another answer', byButton(summary, 'regenerate_reply')],
  ['the post of a summary', byButton(summary, 'post_summary')],
  ['a report', report],
  ['the CSV of a report', byButton(report, 'label_csv')],
  ['a card by shortcut', card],
  [
    'a question about a message',
    async ({ story, channel, ts }) => {
      const { slack } = story
      const { dana } = slack.people
      await slack.do({ do: 'message_shortcut', as: dana, channel, ts, callbackId: 'ask_about_message' })
      const { id } = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
      const state = { question: { text: { type: 'plain_text_input', value: 'What crashes?' } } }
      return () => {
        story.model.answerAll(answer)
        return slack.do({ do: 'submit_view', as: dana, viewId: id, state })
      }
    },
  ],
]

/** Ways out where only members write. */
const waysFromWithin: [string, Way][] = [
  ['a summary of its thread', byModel(({ story, channel, ts }) => mention(story, 'summarize', { channel, ts }))],
  ['a card by mention', byModel(({ story, channel, ts }) => mention(story, 'classify this', { channel, ts }))],
  [
    'a card by reaction',
    byModel(async ({ story, channel, ts }) => {
      const { slack } = story
      await chooseSettings(story, channel, 'label')
      await slack.do({ do: 'react', as: slack.people.dana, channel, ts, name: 'label' })
    }),
  ],
  [
    'a classified file',
    byModel(({ story, channel, ts }) => {
      const file = story.slack.upload(story.slack.people.dana, 'f.csv', Buffer.from(`feedback\n${secret} crashes\n`))
      return mention(story, 'classify this file', { channel, ts, files: [file.id] })
    }),
  ],
]

describe('nothing of a channel is shown to a person who', () => {
  const refusal =
    /I can’t find that channel|one of us can no longer read that channel|One of us isn’t in this channel|no longer have this|Guests/
  const cases = [
    ...[...waysFromElsewhere, ...waysFromWithin].map(([name, way]) => ['was removed from it', name, way] as const),
    ...waysFromElsewhere.map(([name, way]) => ['became a guest', name, way] as const),
    ...waysFromElsewhere.map(([name, way]) => ['joined another organization', name, way] as const),
  ]

  test.each(cases)('%s before the delivery of %s, and one sentence says so', async (what, _, way) => {
    const place = await openPlace(what === 'was removed from it' ? 'private' : 'public')
    const { story, channel } = place
    const { slack } = story
    const { dana, admin } = slack.people
    const deliver = await way(place)
    if (what === 'was removed from it') await slack.do({ do: 'remove', as: admin, channel, user: dana })
    else slack.changePerson(dana, what === 'became a guest' ? 'guest' : 'outsider')
    const before = slack.calls.length
    await deliver()
    const written = () => slack.calls.slice(before).filter(({ method }) => /^(chat|response_url|files)/.test(method))
    await slack.until(() => written().some(({ args }) => refusal.test(JSON.stringify(args))), 'the refusal')
    await story.app.stop()
    expect(JSON.stringify(written().map(({ args }) => args))).not.toContain(secret)
    expect(written().filter(({ method }) => method.startsWith('files'))).toEqual([])
    expect(written().filter(({ args }) => refusal.test(JSON.stringify(args))).length).toBeLessThanOrEqual(2)
  })
})

describe('the name of a private channel', () => {
  const asks: [string, (story: Story, channel: string) => Promise<unknown>][] = [
    ['/summarize with its id', (story, id) => run(story, '/summarize', `<#${id}>`, story.slack.people.lee)],
    ['/summarize with a label', (story, id) => run(story, '/summarize', `<#${id}|x>`, story.slack.people.lee)],
    [
      '/summarize with a link of a message',
      ({ slack, ...story }, id) =>
        run({ slack, ...story }, '/summarize', `${slack.url}/archives/${id}/p1790000000000100`, slack.people.lee),
    ],
    [
      '/summarize with a link of the channel',
      ({ slack, ...story }, id) =>
        run({ slack, ...story }, '/summarize', `${slack.url}/archives/${id}`, slack.people.lee),
    ],
    [
      '/summarize every day',
      (story, id) => run(story, '/summarize', `every day 9:00 <#${id}>`, story.slack.people.lee),
    ],
    ['/classify report', (story, id) => run(story, '/classify', `report <#${id}>`, story.slack.people.lee)],
    [
      '/classify of what was said',
      (story, id) => run(story, '/classify', `last 7 days in <#${id}>`, story.slack.people.lee),
    ],
    ['/ask', (story, id) => run(story, '/ask', `What is <#${id}> about?`, story.slack.people.lee)],
    ['/ask with a label', (story, id) => run(story, '/ask', `What is <#${id}|> about?`, story.slack.people.lee)],
    [
      'a mention',
      ({ slack, say }, id) =>
        say(slack.people.lee, slack.channels.general, `<@${slack.botUserId}> what is <#${id}|> about?`),
    ],
    [
      'a mention that asks for a summary',
      ({ slack, say }, id) =>
        say(slack.people.lee, slack.channels.general, `<@${slack.botUserId}> summarize <#${id}|>`),
    ],
    [
      'a direct message',
      ({ slack, say }, id) => say(slack.people.lee, directOf({ slack }, slack.people.lee), `what is <#${id}|> about?`),
    ],
  ]

  test.each(asks)('is not told, nor that there is one, to a person who is not in it by %s', async (_, ask) => {
    const tellOf = async (channel: string): Promise<string> => {
      const story = await open()
      const { slack, model } = story
      model.answerAll(exchange => exchange.reply('I cannot say.'))
      await slack.do({ do: 'remove', as: slack.people.dana, channel: slack.channels.leads, user: slack.people.dana })
      await ask(story, channel)
      const told = () => slack.calls.filter(({ method }) => /^(chat|response_url)/.test(method))
      const acks = () => slack.acks.filter(({ response }) => JSON.stringify(response ?? '').includes('channel'))
      const isTold = () =>
        told().some(({ args }) => /cannot say|channel called “|that channel/.test(JSON.stringify(args)))
      await slack.until(() => isTold() || acks().length > 0, 'the answer')
      await story.app.stop()
      const seen = [...told().map(({ args }) => args), ...acks().map(({ response }) => response)]
      const words = `${JSON.stringify(seen)} ${model.requests.map(({ prompt }) => prompt).join()}`
      expect(words).not.toContain('leads')
      // What changes from story to story: times, ids and addresses.
      return words
        .replaceAll(channel, 'CHANNEL')
        .replace(/\d{4}-\d\d-\d\d( \d\d:\d\d)?|[\w-]{20,}|\d{10}\.\d{6}|:\d{4,5}\b/g, '…')
    }
    expect(await tellOf('C0LEADS001')).toEqual(await tellOf('C0NOWHERE1'))
  })

  test('is told in their direct messages to its members, and in no channel', async () => {
    const story = await open()
    const { slack, model } = story
    const { dana, general, leads } = { ...slack.people, ...slack.channels }
    model.answerAll(exchange => exchange.reply('I cannot say.'))
    await run(story, '/summarize', `<#${leads}>`)
    const isAsked = ({ text }: { text: string }) => text.includes('#leads')
    await slack.until(() => slack.messages(directOf(story, dana)).find(isAsked), 'the question')
    await run(story, '/ask', `What is <#${leads}|leads> about?`)
    const isQuestion = (message: PageMessage) => toSeen(message).includes('Dana asks')
    const asked = await slack.until(() => slack.messages(general).find(isQuestion), 'the question')
    expect(JSON.stringify(asked)).not.toContain('#leads')
  })
})

describe('a control with a forged value', () => {
  /** Makes a summary, a report and a card of Dana's in #leads, and the same of Lee's in #general. */
  const openForgery = async () => {
    const { story, channel, ts } = await openPlace('private')
    const { slack, model, say } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    const own = await say(lee, general, 'The export crashes.')
    model.answerAll(answer)
    await run(story, '/summarize', `<#${channel}|x>`)
    await run(story, '/summarize', '', lee)
    await run(story, '/classify', 'report last 7 days', lee)
    const card = { do: 'message_shortcut' as const, callbackId: 'classify_message' }
    await slack.do({ ...card, as: slack.people.dana, channel, ts })
    await slack.do({ ...card, as: lee, channel: general, ts: own })
    const find = (actionId: string, as: string) =>
      slack.until(() => findWith(story, actionId, as), `a message with ${actionId}`)
    await run(story, '/classify', 'last 7 days', lee)
    return { story, channel, lee, find }
  }
  const forgeable = (message: PageMessage, actionId: string) => findControl(message, actionId)?.element.value

  test.each<[string, string, (mine: string, theirs: string) => string | undefined]>([
    [
      'of the post of a summary that names another channel',
      'post_summary',
      mine => mine.replace('C0GENERAL1', 'C0FEEDBACK'),
    ],
    ['of the post of somebody else’s summary', 'post_summary', (_, theirs) => theirs],
    ['of the post of somebody else’s card', 'post_label', (_, theirs) => theirs],
    ['of the post of no card', 'post_label', () => 'none'],
    ['of another answer to somebody else’s question', 'regenerate_reply', (_, theirs) => theirs],
    ['of a rating of somebody else’s answer', 'rate_reply', (_, theirs) => theirs],
    ['of the CSV of another channel', 'label_csv', mine => mine.replace('C0GENERAL1', 'C0LEADS001')],
  ])('%s changes nothing, and the person alone is told', async (_, actionId, forge) => {
    const { story, lee, find } = await openForgery()
    const { slack, model } = story
    const { dana } = slack.people
    const mine = await find(actionId, lee)
    const valueIn = (message: PageMessage) =>
      String(forgeable(message, actionId) ?? `up ${forgeable(message, 'regenerate_reply')}`)
    const theirs = actionId === 'label_csv' ? '' : valueIn(await find(actionId, dana))
    await slack.until(() => slack.calls.filter(({ method }) => method === 'response_url').length >= 6, 'all answers')
    for (const id of ['post_summary', 'label_csv', 'post_label']) await find(id, lee)
    for (const id of ['post_summary', 'post_label']) await find(id, dana)
    const [before, requests] = [slack.calls.length, model.requests.length]
    await press(story, mine, actionId, { as: lee, value: forge(valueIn(mine), theirs) })
    const written = () =>
      slack.calls.slice(before).filter(({ method }) => /^(chat|response_url|files|react)/.test(method))
    const isRefusal = (call: object) => /no longer/.test(JSON.stringify(call))
    await slack.until(() => written().find(isRefusal), 'the refusal')
    await story.app.stop()
    const isPrivate = ({ method, args }: { method: string; args: SlackJson }) =>
      method === 'chat.postEphemeral' ? args.user === lee : args.response_type === 'ephemeral'
    // The last answer of what was asked before may come now.
    expect(written().filter(call => !isPrivate(call))).toEqual([])
    expect(written().filter(isRefusal)).toHaveLength(1)
    expect(model.requests).toHaveLength(requests)
  })

  test('of a correction to a kind that there is not changes nothing', async () => {
    const { story, lee, find } = await openForgery()
    const { slack, store } = story
    const card = await find('correct_label', lee)
    await press(story, card, 'correct_label', { as: lee, selected_option: { value: 'nonsense' } })
    const told = () => slack.snapshot(lee).messages.filter(({ ephemeralTo }) => ephemeralTo === lee)
    await slack.until(() => told().find(({ text }) => text.includes('no longer have this label')), 'the refusal')
    expect(await store.labels.corrected(10)).toEqual([])
  })
})

describe('guests and people of other organizations', () => {
  const told = ({ slack }: Story, user: string) =>
    slack.until(
      () =>
        slack.snapshot(user).messages.find(message => message.ephemeralTo === user && /^Guests and/.test(message.text)),
      'the refusal',
    )

  describe.each(['guest', 'outsider'] as const)('as %s', kind => {
    test.each([
      ['/classify', 'settings'],
      ['/summarize', 'every day 9:00'],
    ])('change no settings by %s %s', async (name, text) => {
      const story = await open()
      const { slack, store } = story
      const { lee } = slack.people
      slack.changePerson(lee, kind)
      await run(story, name, text, lee)
      await told(story, lee)
      expect(slack.snapshot(lee).modals).toEqual([])
      expect(await store.digests.of(lee)).toEqual([])
    })

    test('change no settings in a dialogue that was opened before', async () => {
      const story = await open()
      const { slack, store } = story
      const { dana, general } = { ...slack.people, ...slack.channels }
      const change = () => slack.changePerson(dana, kind)
      await chooseSettings(story, general, 'label', change)
      expect(JSON.stringify(slack.snapshot(dana).modals.at(-1)?.errors)).toContain('Guests and')
      expect(await store.settings.all()).toEqual([])
    })

    test('correct no labels of others', async () => {
      const story = await open()
      const { slack, store } = story
      const { lee } = slack.people
      const card = await postCard(story)
      slack.changePerson(lee, kind)
      await correct(story, card, lee)
      await told(story, lee)
      expect(await store.labels.corrected(10)).toEqual([])
    })
  })

  test('of other channels change no settings in a dialogue that was opened before they left', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, admin, leads } = { ...slack.people, ...slack.channels }
    const leave = () => slack.do({ do: 'remove', as: admin, channel: leads, user: dana })
    await chooseSettings(story, leads, 'label', leave)
    expect(JSON.stringify(slack.snapshot(dana).modals.at(-1)?.errors)).toContain('One of us isn’t in this channel')
    expect(await store.settings.all()).toEqual([])
  })
})

describe('a correction', () => {
  test('says who made it, and is undone by an administrator or its author, and by nobody else', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, lee, admin, general } = { ...slack.people, ...slack.channels }
    const lie = '<https://evil.example|bank.example>'
    slack.changePerson(lee, { displayName: `Lee ${lie}` })
    const card = await postCard(story)
    const now = () => slack.messages(general).find(({ ts }) => ts === card.ts) ?? card
    const untilKind = (kind: string) => slack.until(() => now().text.startsWith(`[${kind}]`), `the kind ${kind}`)
    for (const by of [admin, lee]) {
      await correct(story, now(), lee)
      await untilKind('Complaint')
      expect(JSON.stringify(now().blocks)).toContain('Corrected by Lee')
      await press(story, now(), 'undo_correction', { as: dana })
      const isRefusal = ({ ephemeralTo, text }: PageMessage) => ephemeralTo === dana && /^Only Lee/.test(text)
      const refusal = await slack.until(() => slack.snapshot(dana).messages.find(isRefusal), 'the refusal')
      expect(refusal.text).not.toContain(lie)
      expect(await store.labels.corrected(10)).toHaveLength(1)
      await press(story, now(), 'undo_correction', { as: by })
      await untilKind('Bug')
      expect(JSON.stringify(now().blocks)).not.toContain('Corrected by')
      expect(findControl(now(), 'undo_correction')).toBeUndefined()
      expect(await store.labels.corrected(10)).toEqual([])
    }
  })
})

/** Has Dana classify a message of #general, and post the card. */
async function postCard(story: Story): Promise<PageMessage> {
  const { slack, model, say } = story
  const { dana, admin, general } = { ...slack.people, ...slack.channels }
  model.answerAll(answer)
  const ts = await say(admin, general, `${secret} crashes.`)
  await slack.do({ do: 'message_shortcut', as: dana, channel: general, ts, callbackId: 'classify_message' })
  await press(story, await slack.until(() => findWith(story, 'post_label'), 'the card'), 'post_label')
  return slack.until(() => story.replies(general, ts)[0], 'the posted card')
}

const correct = (story: Story, card: PageMessage, as: string) =>
  press(story, card, 'correct_label', { as, selected_option: { value: 'complaint' } })

const point = { text: `They talk about ${secret}.`, sources: ['1'] }
const bug = { kind: 'bug', quote: `${secret} crashes`, reason: '', confidence: 1 }

function answer(exchange: Exchange): void {
  const isLabel = exchange.prompt.includes('<text>')
  const found = { upshot: null, decisions: [point], questions: [], tasks: [], facts: [] }
  exchange.reply(JSON.stringify(isLabel ? { items: [bug] } : found))
}

async function run({ slack }: Pick<Story, 'slack'>, name: string, text: string, as = slack.people.dana): Promise<void> {
  const done = await slack.do({ do: 'command', as, channel: slack.channels.general, command: name, text })
  if (!done.ok) throw new Error(done.error)
}

async function mention(
  { slack }: Story,
  words: string,
  { channel, ts, files = [] }: { channel: string; ts: string; files?: string[] },
): Promise<void> {
  const text = `<@${slack.botUserId}> ${words}`
  await slack.do({ do: 'say', as: slack.people.dana, channel, text, threadTs: ts, files })
}

function directOf({ slack }: Pick<Story, 'slack'>, user = slack.people.dana): string {
  return slack.snapshot(user).channels.find(({ kind }) => kind === 'im')?.id ?? ''
}

/** Fills in the dialogue of a channel's settings as Dana, after something has happened meanwhile. */
async function chooseSettings(
  { slack }: Story,
  channel: string,
  reaction: string,
  meanwhile: () => unknown = () => {},
): Promise<void> {
  const { dana } = slack.people
  await slack.do({ do: 'command', as: dana, channel, command: '/classify', text: 'settings' })
  const { id } = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
  await meanwhile()
  const state = { reaction: { name: { type: 'plain_text_input', value: reaction } } }
  await slack.do({ do: 'submit_view', as: dana, viewId: id, state })
}

/** Finds the newest message with a control that somebody, or Dana, sees. */
function findWith({ slack }: Story, actionId: string, as = slack.people.dana): PageMessage | undefined {
  return slack.snapshot(as).messages.findLast(message => findControl(message, actionId) !== undefined)
}

function findControl(
  { blocks = [] }: PageMessage,
  actionId: string,
): { block: SlackJson; element: SlackJson } | undefined {
  for (const block of blocks) {
    const element = ((block.elements ?? []) as SlackJson[]).find(({ action_id }) => action_id === actionId)
    if (element !== undefined) return { block, element }
  }
  return undefined
}

/** Uses a control of a message, as it is or with other values. */
async function press(
  { slack }: Story,
  message: PageMessage,
  actionId: string,
  { as = slack.people.dana, ...given }: SlackJson & { as?: string } = {},
): Promise<void> {
  const control = findControl(message, actionId)
  const place = { channel: message.channel, ts: message.ts, blockId: String(control?.block.block_id) }
  const done = await slack.do({ do: 'act', as, ...place, action: { action_id: actionId, ...given } })
  if (!done.ok) throw new Error(done.error)
}
