import { expect, test } from 'vitest'
import {
  command,
  fieldsOf,
  onBothStores,
  open,
  openHome,
  pressIn,
  setRules,
  submit,
  untilModal,
  untilTold,
} from '../settings-story.ts'
import { createSpeechServer } from '../speech-server.ts'
import { type Story, toSeen } from '../story.ts'

const dayMs = 86_400_000
const answered = { interval: 200, timeout: 5_000 }

/** Asks once and gives what the model was sent. */
async function ask({ slack, model, say }: Story, text: string, channel: string): Promise<string> {
  await say(slack.people.lee, channel, `<@${slack.botUserId}> ${text}`)
  const exchange = await model.next()
  exchange.reply('Hello.')
  return exchange.prompt
}

/** Asks until the model is sent such a prompt: another replica hears of a change a moment later. */
const untilAsked = (story: Story, channel: string, is: (prompt: string) => boolean) =>
  expect
    .poll(async () => is(await ask(story, 'write to lee@example.com about falcon9 and EMP-123', channel)), answered)
    .toBe(true)

/** Asks why until the card says so: it says nothing yet of an answer that is being completed. */
const untilExplained = (story: Story, channel: string, card: RegExp) =>
  expect
    .poll(async () => {
      const { lee } = story.slack.people
      await command(story, lee, channel, 'why')
      const { text, blocks } = await untilTold(story, lee, /Why I answered|still working|stayed silent/)
      return card.test(`${text} ${JSON.stringify(blocks)}`)
    }, answered)
    .toBe(true)

const untilWrong = ({ slack }: Story, as: string, pattern: RegExp) =>
  slack.until(() => pattern.test(JSON.stringify(slack.snapshot(as).modals)), `${pattern}`)
const untilSaved = ({ slack }: Story, as: string) =>
  slack.until(() => slack.snapshot(as).modals.length === 0, 'the end of the modal')

async function openWorkspaceSettings(story: Story) {
  const { admin } = story.slack.people
  await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'open_settings' })
  return untilModal(story, admin)
}

/** Chooses a person in the workspace's settings, and waits for the modal of their budget. */
async function openOwnBudget(story: Story, user: string) {
  const { admin } = story.slack.people
  const action = { type: 'users_select', selected_user: user }
  await pressIn(story, admin, { view: await untilModal(story, admin), actionId: 'open_person_budget', action })
  return story.slack.until(() => {
    const { modals } = story.slack.snapshot(admin)
    return modals.find(({ view }) => view.callback_id === 'threadwise_person_budget')
  }, 'the person’s budget')
}

onBothStores('what is hidden from the model, and what it may cost', openStory => {
  test('is set by admins for the workspace, and by whoever created a channel there, from the next question on and after a restart', async () => {
    const story = await openStory()
    const { slack, model, app, say } = story
    const { admin, dana, lee, general } = { ...slack.people, ...slack.channels }
    const { channel: plans = '' } = await slack.do({ do: 'create_channel', as: dana, name: 'plans' })
    for (const user of [slack.botUserId, lee]) await slack.do({ do: 'invite', as: dana, channel: plans, user })
    await command(story, dana, plans, 'settings')
    const modal = await untilModal(story, dana)
    expect(JSON.stringify(modal.view)).not.toContain('budget')
    await submit(story, dana, modal, fieldsOf({ redaction: ['on'], redaction_words: 'falcon*\n*' }))
    await untilWrong(story, dana, /“\*” would hide almost everything/)
    await submit(story, dana, modal, fieldsOf({ redaction: [], redaction_words: 'falcon*' }))
    await untilWrong(story, dana, /only hidden while redaction is on/)
    await submit(story, dana, modal, fieldsOf({ redaction: ['on'], redaction_words: 'falcon*' }))
    await untilSaved(story, dana)
    const isHidden = (prompt: string) => !/lee@|falcon9/.test(prompt) && prompt.includes('EMP-123')
    for (let at = 0; at < 2; at += 1) await untilAsked(story, plans, isHidden)
    expect(await ask(story, 'is lee@example.com right?', general)).toContain('lee@example.com')
    // What was said there is hidden wherever it is forwarded.
    const forwarded = { is_share: true, text: 'kim@example.com', channel_id: plans, ts: '1789999999.000100' }
    const text = `<@${slack.botUserId}> who is it?`
    slack.post({ channel: general, user: lee, text, attachments: [forwarded] })
    const exchange = await model.next()
    exchange.reply('Kim.')
    expect(exchange.prompt).toMatch(/<forwarded[^>]*>EMAIL-\w{6}</)
    const { id } = slack.upload(dana, 'people.csv', Buffer.from('comment\nkim@example.com is slow\n'))
    await slack.do({ do: 'say', as: dana, channel: plans, text: 'here', files: [id] })
    const url_private = `${slack.url}/files-pri/${slack.teamId}-${id}/people.csv`
    const files = [{ id, name: 'people.csv', mimetype: 'text/csv', user: dana, url_private }]
    const attachments = [{ is_share: true, channel_id: plans, ts: '1789999999.000100', files }]
    slack.post({ channel: general, user: lee, text: `<@${slack.botUserId}> who is it?`, attachments })
    const second = await model.next()
    second.reply('Kim.')
    expect(second.prompt).toMatch(/EMAIL-\w{6} is slow/)
    const classified: string[] = []
    const stopAnswering = model.answerAll(({ prompt, reply }) => {
      classified.push(prompt)
      reply(JSON.stringify({ items: [{ kind: 'bug', quote: 'slow', reason: 'It’s slow.', confidence: 0.9 }] }))
    })
    const classify = { channel: general, user: lee, text: `<@${slack.botUserId}> classify this file`, attachments }
    const asked = slack.post(classify)
    await slack.until(
      () => story.replies(general, asked).find(one => /Classified 1 of 1/.test(toSeen(one))),
      'the table',
    )
    stopAnswering()
    expect(classified.join()).toMatch(/EMAIL-\w{6} is slow/)
    expect(classified.join()).not.toContain('kim@example.com')

    const workspace = await openWorkspaceSettings(story)
    await submit(story, admin, workspace, fieldsOf({ budget_month: 'much', redaction: ['on'] }))
    await untilWrong(story, admin, /Enter an amount like 5/)
    const many = Array.from({ length: 201 }, (_, at) => `name ${at}`).join('\n')
    await submit(story, admin, workspace, fieldsOf({ who: 'everyone', kept_words: many }))
    await untilWrong(story, admin, /too many words\. Use up to 200/)
    const limits = { redaction: ['on'], redaction_words: 'EMP-###', budget_month: '950.5', kept_words: '' }
    await submit(story, admin, workspace, fieldsOf(limits))
    await untilSaved(story, admin)
    for (let at = 0; at < 2; at += 1)
      await untilAsked(story, general, prompt => !/lee@|EMP-123/.test(prompt) && prompt.includes('falcon9'))
    await command(story, dana, plans, 'settings')
    const again = await untilModal(story, dana)
    expect(JSON.stringify(again.view)).toContain('On for the whole workspace')
    await submit(story, dana, again, fieldsOf({ redaction_words: '' }))
    await untilSaved(story, dana)

    await openWorkspaceSettings(story)
    const own = await openOwnBudget(story, lee)
    await submit(story, admin, own, fieldsOf({ budget_personDay: '0.5.0' }))
    await untilWrong(story, admin, /Enter an amount like 5/)
    slack.changePerson(admin, 'member')
    await submit(story, admin, own, fieldsOf({ budget_personDay: '2.50' }))
    await untilWrong(story, admin, /Only admins/)
    slack.changePerson(admin, 'admin')
    await submit(story, admin, own, fieldsOf({ budget_personDay: '2.50' }))
    await untilWrong(story, admin, /Saved\. <@\w+> can spend up to \$2\.50 per day\..*People with their own budget/s)
    for (const { id } of slack.snapshot(admin).modals) await slack.do({ do: 'close_view', as: admin, viewId: id })

    await app.stop()
    await story.reconnect()
    await untilAsked(story, plans, prompt => !/lee@|EMP-123/.test(prompt) && prompt.includes('falcon9'))
    expect(JSON.stringify((await openHome(story, lee)).view)).toContain('set for you by an admin: $2.50 per day')
    expect(JSON.stringify((await openHome(story, dana)).view)).not.toContain('Your budget')
    const card =
      /Redaction: for the workspace and for this channel.*Budgets: Each person, per day \(\$2\.50\) and Everyone together, per month.*Hidden from the model: /s
    await untilExplained(story, plans, card)

    await setRules(story, { channel: general, text: 'workspace' }, { budget_personDay: '0' })
    const refusal = /You’ve used up your budget for today/
    const untilRefused = async (as = dana) => {
      const { length } = model.requests
      const ts = await say(as, general, `<@${slack.botUserId}> hello?`)
      const isAnswered = () => model.requests.length > length || story.replies(general, ts).some(isRefusal)
      const isRefusal = (reply: { text: string }) => refusal.test(reply.text)
      await slack.until(() => isAnswered(), 'the answer')
      if (model.requests.length > length) (await model.next()).reply('Hello.')
      return model.requests.length === length
    }
    for (let at = 0; at < 2; at += 1) await expect.poll(() => untilRefused(), answered).toBe(true)
    for (let at = 0; at < 2; at += 1) await untilAsked(story, general, () => true)
    await command(story, admin, general, 'settings workspace')
    await submit(story, admin, await openOwnBudget(story, lee), fieldsOf({ budget_personDay: '' }))
    await untilWrong(story, admin, /Saved\. <@\w+> has the same budget as everyone else/)
    await expect.poll(() => untilRefused(lee), answered).toBe(true)
  })
})

test('what the operator hides stays hidden whatever is chosen, also from the voice that reads an answer aloud', async () => {
  const speech = await createSpeechServer()
  const config = { redaction: { isOn: true, words: ['falcon'] }, speech: speech.config }
  const story = await open({ config })
  const { slack, model, say } = story
  const { admin, dana, general } = { ...slack.people, ...slack.channels }
  const modal = await openWorkspaceSettings(story)
  expect(JSON.stringify(modal.view)).toContain('can’t be switched off here')
  await submit(story, admin, modal, fieldsOf({ redaction: [], redaction_words: 'EMP-###' }))
  await untilSaved(story, admin)
  await say(dana, general, `<@${slack.botUserId}> lee@example.com, falcon, EMP-123: who is it? Answer aloud`)
  const exchange = await model.next()
  expect(exchange.prompt).not.toMatch(/lee@|falcon|EMP-123/)
  exchange.reply(`It’s ${/EMAIL-\w{6}/.exec(exchange.prompt)?.[0]} of EMP-123.`)
  await slack.until(() => speech.requests.length > 0, 'the recording')
  expect(speech.requests.map(({ input }) => input)).toEqual(['It’s an email address of a hidden word.'])
})

test('an admin can make budgets and retention smaller than the operator’s, but not larger', async () => {
  const config = { budgets: { day: 5_000_000 }, retention: { labelDays: 365, turnDays: 7 } }
  const story = await open({ config, model: { name: 'gpt-4o' } })
  const { admin } = story.slack.people
  const modal = await openWorkspaceSettings(story)
  expect(JSON.stringify(modal.view)).toContain('Up to $5.00, the limit set on the server')
  await submit(story, admin, modal, fieldsOf({ budget_day: '6', retention_turnDays: '8', retention_labelDays: '0' }))
  await untilWrong(story, admin, /Enter \$5\.00 or less.*whole number from 1 to (?:7|365)/)
  // A refused lookup says nothing about rights.
  story.slack.fault({ method: 'users.info', retryAfter: 60 })
  await submit(story, admin, modal, fieldsOf({ budget_day: '4.5' }))
  await untilWrong(story, admin, /Something went wrong/)
  await submit(story, admin, modal, fieldsOf({ budget_day: '4.5', retention_turnDays: '3', retention_labelDays: '' }))
  await untilSaved(story, admin)
  const again = await openWorkspaceSettings(story)
  expect(JSON.stringify(again.view)).toMatch(/"initial_value":"4\.5".*"initial_value":"3"/)
})

onBothStores('a shorter retention', openStory => {
  test('says what it deletes, and deletes it at the next pruning once an admin has agreed, but no usage that a budget of this month counts', async () => {
    const story = await openStory()
    const { slack, store, app } = story
    const { admin, dana, general } = { ...slack.people, ...slack.channels }
    const today = new Date().toISOString().slice(0, 10)
    const used = { person: dana, channel: general, feature: 'chat', model: 'm', cost: 1 }
    const tokens = { calls: 1, tokens_in: 1, tokens_cached: 0, tokens_out: 1, tokens_reasoning: 0, estimated: 0 }
    for (const day of [`${today.slice(0, 7)}-01`, '2020-01-01'])
      await store.usage.settle({ ...used, ...tokens, day }, { since: Date.now() })
    const label = { channel: general, state: 'done', isShared: true, version: '1', model: 'm' } as const
    for (const days of [1, 40])
      await store.labels.save({
        ...{ ...label, id: `d${days}`, text: 'It crashes.', labels: [{ kind: 'bug', reason: 'x' }] },
        saidAt: Date.now() - days * dayMs,
      })
    const countLabels = async () =>
      (await store.labels.between({ from: 0, to: Date.now() }, undefined, undefined)).length
    const choose = async () => {
      await command(story, admin, general, 'settings workspace')
      await submit(story, admin, await untilModal(story, admin), fieldsOf({ retention_labelDays: '30' }))
      await untilWrong(story, admin, /I’ll delete the labels on 1 message and 1 day of usage data/)
      return untilModal(story, admin)
    }
    const refused = await choose()
    slack.changePerson(admin, 'member')
    await submit(story, admin, refused, {})
    await untilWrong(story, admin, /Only admins/)
    slack.changePerson(admin, 'admin')
    expect(JSON.stringify(await store.settings.all())).not.toContain('"labelDays":30')
    await slack.do({ do: 'close_view', as: admin, viewId: refused.id })
    for (const { id } of slack.snapshot(admin).modals) await slack.do({ do: 'close_view', as: admin, viewId: id })
    await submit(story, admin, await choose(), {})
    await untilSaved(story, admin)
    expect(await countLabels()).toBe(2)

    // Whoever starts prunes.
    await app.stop()
    await story.reconnect()
    const own = JSON.stringify((await openHome(story, dana)).view)
    expect(own).toContain('1 request from you this month')
    await submit(story, admin, await openWorkspaceSettings(story), fieldsOf({ retention_labelDays: '20' }))
    await untilSaved(story, admin)
  })
})
