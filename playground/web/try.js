// @ts-check
/** @import { PageMessage } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { fill, h } from './dom.js'
import { killBot } from './server.js'

/** An answer of this length has begun and is not yet at its end. */
const begunCharacters = 20

const han = /\p{Script=Han}/u

/**
 * The card with six things to try, each done by one press, in a workspace that has the conversations for them.
 * @param {App} app
 */
export const createTryCard = app => {
  const { words } = app
  const list = h('ol')
  const node = h(
    'details',
    { class: 'try-card', testid: 'try-card', open: true, hidden: true },
    h('summary', {}, words.tryThese),
    list,
  )

  const draw = () => {
    const steps = listSteps(app)
    node.hidden = steps.length === 0
    fill(
      list,
      steps.map(({ name, run }) => {
        const press = () => {
          button.classList.add('is-done')
          void run()
        }
        const button = h('button', { type: 'button', testid: `try-${name}`, on: { click: press } }, words.tries[name])
        return h('li', {}, button)
      }),
    )
  }
  app.hear('all', draw)
  return { node }
}

/**
 * @param {App} app
 * @returns {{ name: keyof App['words']['tries'], run: () => Promise<unknown> }[]}
 */
const listSteps = app => {
  const { store } = app
  const place = (/** @type {string} */ name) => [...store.state.channels.values()].find(one => one.name === name)?.id
  const [general, launch, feedback] = ['general', 'launch', 'feedback'].map(place)
  if (!general || !launch || !feedback) return []
  const threads = (/** @type {string} */ channel) =>
    store.log(channel).main.filter(({ ts }) => store.log(channel).threads.has(ts))
  const ship = threads(general).find(({ text }) => text.includes('ship'))
  const [plan, prices] = threads(launch)
  const android = threads(launch).find(({ text }) => han.test(text))
  if (!ship || !plan || !prices || !android) return []
  const classify = (/** @type {string} */ text) =>
    app.act({ do: 'command', channel: feedback, command: '/classify', text })
  return [
    { name: 'ask', run: () => ask(app, ship, 'when do we ship?') },
    { name: 'chinese', run: () => ask(app, android, '我们什么时候发布？') },
    { name: 'summary', run: () => ask(app, app.lang === 'en' ? prices : android, app.words.trySummary) },
    {
      name: 'classify',
      run: () => {
        app.go({ kind: 'channel', channel: feedback })
        return classify('这个页面不太好看')
      },
    },
    {
      name: 'report',
      run: () => {
        app.goToDm()
        return classify('report')
      },
    },
    { name: 'kill', run: () => killInMidAnswer(app, plan) },
  ]
}

/**
 * Asks the bot in a thread and opens the thread.
 * @param {App} app
 * @param {PageMessage} root
 * @param {string} question
 */
const ask = (app, { channel, ts }, question) => {
  app.go({ kind: 'channel', channel, thread: ts })
  const text = `@${app.store.personName(app.store.state.botUserId)} ${question}`
  return app.act({ do: 'say', channel, threadTs: ts, text })
}

/**
 * Asks, and kills the bot as soon as its answer has begun.
 * @param {App} app
 * @param {PageMessage} root
 */
const killInMidAnswer = (app, root) => {
  const { store, words } = app
  const asked = Date.now() / 1_000
  const stop = store.on('message', ({ message }) => {
    const isAnswer = message.user === store.state.botUserId && message.threadTs === root.ts
    if (!isAnswer || Number(message.ts) < asked || message.text.length < begunCharacters) return
    stop()
    app.toast(words.killed, 'info')
    killBot().catch(() => app.toast(words.failed))
  })
  return ask(app, root, words.tryLong)
}
