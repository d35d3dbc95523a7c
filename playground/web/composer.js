/** @import { PageMessage } from '../protocol.ts' */
/** @import { TargetedEvent } from 'preact' */
import { html } from 'htm/preact'
import { h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { attach, attachments, draftOf, uploadedIds } from './attachments.js'
import { Editor } from './editor.js'
import { editLast } from './list.js'
import { openMenu } from './menu.js'
import { act, channels, commands, people, toast, words } from './state.js'
import { shortcutItems } from './tools.js'
import { iconButton, popup } from './ui.js'

/**
 * The place to write in: text, files, commands, shortcuts. The draft of a conversation is kept until it has been sent.
 * @param {{ channel: string, threadTs?: string, messages: PageMessage[], label: string,
 *   box: { current: HTMLTextAreaElement | null } }} props
 */
export const Composer = ({ channel, threadTs, messages, label, box }) => {
  const testid = threadTs === undefined ? 'composer' : 'thread-composer'
  const draft = draftOf(channel, threadTs)
  const [isBroadcast, setBroadcast] = useState(false)
  useEffect(() => setBroadcast(false), [draft])

  const onFiles = (/** @type {File[]} */ files) => attach(draft, files)
  const onValue = (/** @type {string} */ text) => {
    draft.value = { ...draft.value, text }
  }
  const type = (/** @type {string} */ text) => {
    box.current?.setRangeText(text, box.current.selectionStart, box.current.selectionEnd, 'end')
    box.current?.focus()
    box.current?.dispatchEvent(new Event('input'))
  }
  /** Empties the draft while the wish is on its way, and puts it back before what is typed meanwhile when that fails. */
  const tryTo = async (/** @type {Parameters<typeof act>[0]} */ wish) => {
    const sent = draft.value
    draft.value = { text: '', files: [] }
    const isDone = await act(wish)
    if (isDone) return setBroadcast(false)
    const later = draft.value.text
    draft.value = { text: later ? `${sent.text}\n${later}` : sent.text, files: [...sent.files, ...draft.value.files] }
  }
  const send = async () => {
    const text = draft.value.text.trimEnd()
    if (!text.trim() && draft.value.files.length === 0) return
    const command = /^[/／]([^\s/]*)(?:\s+([\s\S]*))?$/.exec(text)
    if (command) return sendCommand(`/${command[1]}`, command[2] ?? '')
    const files = await uploadedIds(draft)
    if (!files) return
    await tryTo({
      do: 'say',
      channel,
      text: text.replace(/^\n+/, ''),
      ...(threadTs !== undefined && { threadTs }),
      ...(threadTs !== undefined && isBroadcast && { broadcast: true }),
      ...(files.length > 0 && { files }),
    })
  }
  /** Slack's own command. */
  const inviteNamed = async (/** @type {string} */ text) => {
    const named = [...people.value.values()].filter(({ name }) => text.includes(`@${name}`))
    if (named.length === 0) return toast(words.value.inviteWhom)
    for (const { id } of named) await tryTo({ do: 'invite', channel, user: id })
  }
  const sendCommand = async (/** @type {string} */ command, /** @type {string} */ text) => {
    if (threadTs !== undefined) return toast(words.value.notInThreads(command))
    if (command === '/invite') return inviteNamed(text)
    if (!commands.value.some(known => known.command === command)) return toast(words.value.noSuchCommand(command))
    await tryTo({ do: 'command', channel, command, text })
  }

  const { alsoToChannel, attach: attachWord, send: sendWord, shortcuts: shortcutsWord } = words.value
  const pick = (/** @type {TargetedEvent<HTMLInputElement>} */ { currentTarget: picker }) => {
    onFiles([...(picker.files ?? [])])
    picker.value = ''
  }
  const onBroadcast = () => setBroadcast(!isBroadcast)
  const openPicker = (/** @type {{ currentTarget: HTMLElement }} */ { currentTarget }) =>
    /** @type {HTMLInputElement | null} */ (currentTarget.previousElementSibling)?.click()
  return html`<div class="composer">
    ${attachments(draft)}
    ${h(Editor, {
      label,
      testid,
      box,
      onValue,
      onFiles,
      withCommands: true,
      value: draft.value.text,
      onSend: () => void send(),
      onUpWhenEmpty: () => editLast(threadTs === undefined ? 'main' : 'thread', messages),
    })}
    <div class="composer-bar">
      <input type="file" multiple hidden data-testid=${`${testid}-file`} onChange=${pick} />
      ${iconButton('clip', attachWord, openPicker, { 'data-testid': `${testid}-attach` })}
      ${iconButton('bolt', shortcutsWord, event => openShortcuts(event.currentTarget, type), popup(`${testid}-shortcuts`))}
      <label class="broadcast" hidden=${threadTs === undefined || channels.value.get(channel)?.kind === 'im'}>
        <input type="checkbox" data-testid=${`${testid}-broadcast`} checked=${isBroadcast} onChange=${onBroadcast} />
        ${alsoToChannel}
      </label>
      ${iconButton('send', sendWord, () => void send(), { class: 'send', 'data-testid': `${testid}-send` })}
    </div>
  </div>`
}

/** @param {HTMLElement} anchor @param {(text: string) => void} type */
const openShortcuts = (anchor, type) => {
  const items = [
    ...shortcutItems('global', callbackId => act({ do: 'global_shortcut', callbackId })),
    ...commands.value.map(({ command, description }) => {
      return { label: command, hint: words.value.translate(description), choose: () => type(`${command} `) }
    }),
  ]
  openMenu(anchor, words.value.shortcuts, items, words.value.noShortcuts)
}
