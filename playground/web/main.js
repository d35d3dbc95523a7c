import { effect } from '@preact/signals'
import { html } from 'htm/preact'
import { h, render } from 'preact'
import { Nav } from './channels.js'
import { Modals } from './form.js'
import { Main, ThreadPane } from './messages.js'
import { Announcer, announce, Toasts } from './notices.js'
import { followHash, followPlace, isWireOpen, onArrow, openAnswer } from './places.js'
import { markRead, speakAs } from './session.js'
import { as, lang, messageListeners, words } from './state.js'
import { showTheme, Top } from './top.js'
import { WirePane } from './wire.js'

const App = () =>
  as.value && [
    h(Top, {}),
    html`<div class="panes">
      ${h(Nav, {})}<main>${h(Main, {})}${h(ThreadPane, {})}${isWireOpen.value && h(WirePane, {})}</main>
    </div>`,
    h(Modals, {}),
    h(Toasts, {}),
    h(Announcer, {}),
  ]

const root = /** @type {HTMLElement} */ (document.getElementById('app'))
root.replaceChildren()
render(h(App, {}), root)
effect(() => {
  document.documentElement.lang = lang.value
  document.title = words.value.workspace
})
followPlace()
effect(markRead)
messageListeners.add(openAnswer)
messageListeners.add(announce)
showTheme()
addEventListener('keydown', onArrow)
addEventListener('popstate', followHash)
document.addEventListener('visibilitychange', markRead)
speakAs(localStorage.getItem('threadwise.as') ?? '')
