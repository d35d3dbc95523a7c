/** @import { PageMessage } from '../protocol.ts' */
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { go, goToDm } from './places.js'
import { killBot } from './server.js'
import { act, botUserId, lang, listedChannels, logOf, messageListeners, nameOf, toast, words } from './state.js'

/** An answer of this length has begun and is not yet at its end. */
const begunCharacters = 20

const han = /\p{Script=Han}/u

/** The card with six things to try, each done by one press, in a workspace that has the conversations for them. */
export const TryCard = () => {
  const [done, setDone] = useState(/** @type {string[]} */ ([]))
  const draw = (/** @type {ReturnType<typeof listSteps>[number]} */ { name, label, run }) => {
    const press = () => {
      setDone([...done, name])
      void run()
    }
    return html`<li><button type="button" class=${`prompt${done.includes(name) ? ' is-done' : ''}`} data-testid=${`try-${name}`}
      onClick=${press}>${label}</button></li>`
  }
  const steps = listSteps()
  return (
    steps.length > 0 &&
    html`<details class="try-card" data-testid="try-card" open><summary>${words.value.tryThese}</summary><ol>${steps.map(draw)}</ol></details>`
  )
}

/** @returns {{ name: string, label: string, run: () => unknown }[]} */
const listSteps = () => {
  const idOf = (/** @type {string} */ name) => listedChannels.value.find(one => one.name === name)?.id ?? ''
  const [general, launch, feedback] = ['general', 'launch', 'feedback'].map(idOf)
  if (!general || !launch || !feedback) return []
  const threads = (/** @type {string} */ channel) =>
    logOf(channel).main.filter(({ ts }) => logOf(channel).threads.has(ts))
  const ship = threads(general).find(({ text }) => text.includes('ship'))
  const [plan, prices] = threads(launch)
  const android = threads(launch).find(({ text }) => han.test(text))
  if (!ship || !plan || !prices || !android) return []
  const goToFeedback = () => go({ kind: 'channel', channel: feedback })
  const classify = (/** @type {() => void} */ open, /** @type {string} */ text) => () => {
    open()
    return act({ do: 'command', channel: feedback, command: '/classify', text })
  }
  const { tryAsk, tryChinese, trySummary, tryClassify, tryReport, tryKill, summaryQuestion, feedbackText } = words.value
  return [
    { name: 'ask', label: tryAsk, run: () => ask(ship, 'when do we ship?') },
    { name: 'chinese', label: tryChinese, run: () => ask(android, '我们什么时候发布？') },
    { name: 'summary', label: trySummary, run: () => ask(lang.value === 'en' ? prices : android, summaryQuestion) },
    { name: 'classify', label: tryClassify, run: classify(goToFeedback, feedbackText) },
    { name: 'report', label: tryReport, run: classify(goToDm, 'report') },
    { name: 'kill', label: tryKill, run: () => killInMidAnswer(plan) },
  ]
}

/** Asks the bot in a thread and opens the thread. @param {PageMessage} root @param {string} question */
const ask = ({ channel, ts }, question) => {
  go({ kind: 'channel', channel, thread: ts })
  return act({ do: 'say', channel, threadTs: ts, text: `@${nameOf(botUserId.value)} ${question}` })
}

/** Asks, and kills the bot as soon as its answer has begun. @param {PageMessage} root */
const killInMidAnswer = root => {
  const asked = Date.now() / 1_000
  const listen = (/** @type {PageMessage} */ { user, threadTs, ts, text }) => {
    const isAnswer = user === botUserId.value && threadTs === root.ts
    if (!isAnswer || Number(ts) < asked || text.length < begunCharacters) return
    messageListeners.delete(listen)
    toast(words.value.killed, 'info')
    killBot().catch(() => toast(words.value.failed))
  }
  messageListeners.add(listen)
  return ask(root, words.value.longQuestion)
}
