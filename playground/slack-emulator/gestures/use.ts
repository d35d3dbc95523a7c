import type { SlackJson } from '../../protocol.ts'
import type { Core } from '../core.ts'
import type { Interactions } from '../interactions.ts'
import { isObject, objectsOf, textAt } from '../json.ts'
import { Impossible } from '../refusal.ts'
import { findMissing, toState } from '../view-state.ts'
import { findMessage, findView } from './find.ts'
import type { Doers } from './gesture.ts'

type Use = 'message_shortcut' | 'global_shortcut' | 'act' | 'act_in_view' | 'submit_view' | 'close_view'

/** Using the app: shortcuts, buttons, modals. */
export function createUse(core: Core, interactions: Interactions): Pick<Doers, Use> {
  const { views } = core
  function checkShortcut(callbackId: string, type: string): void {
    const known = core.shortcuts.some(one => one.callbackId === callbackId && one.type === type)
    if (!known) throw new Impossible(`This app has no ${type} shortcut "${callbackId}". Look into its manifest.`)
  }
  return {
    async message_shortcut({ channel, ts, callbackId }, person) {
      checkShortcut(callbackId, 'message')
      await interactions.messageShortcut(person, findMessage(core, channel, ts, person), callbackId)
      return undefined
    },
    async global_shortcut({ callbackId }, person) {
      checkShortcut(callbackId, 'global')
      await interactions.globalShortcut(person, callbackId)
      return undefined
    },
    async act({ channel, ts, blockId, action }, person) {
      const message = findMessage(core, channel, ts, person)
      await interactions.act(person, message, completeAction(message.blocks ?? [], blockId, action))
      return undefined
    },
    async act_in_view({ viewId, blockId, action, state }, person) {
      const open = findView(core, viewId, person)
      await interactions.actInView(person, open, completeAction(objectsOf(open.view.blocks), blockId, action), state)
      return undefined
    },
    async submit_view({ viewId, state }, person) {
      const open = findView(core, viewId, person)
      const blocks = objectsOf(open.view.blocks)
      const missing = findMissing(blocks, toState(blocks, state))
      if (Object.keys(missing).length > 0) {
        views.showErrors(open, missing)
        throw new Impossible(Object.values(missing).join(' '))
      }
      delete open.errors
      await interactions.submit(person, open, state)
      return undefined
    },
    async close_view({ viewId }, person) {
      await interactions.closeView(person, findView(core, viewId, person))
      return undefined
    },
  }
}

/** The action as Slack sends it: what the element says of itself, and the state that the person gave it. */
function completeAction(blocks: SlackJson[], blockId: string, action: SlackJson): SlackJson {
  const block = blocks.find(one => one.block_id === blockId)
  const elements = [block?.accessory, block?.element, ...objectsOf(block?.elements)].filter(isObject)
  const element = elements.find(one => one.action_id === action.action_id)
  if (!element) {
    const known = blocks.map(one => textAt(one, 'block_id')).join(', ') || 'none'
    throw new Impossible(`There is no control ${String(action.action_id)} in the block ${blockId}. Blocks: ${known}.`)
  }
  const { type, text, value, url } = element
  const own = { type, ...(text ? { text } : {}), ...(value ? { value } : {}), ...(url ? { url } : {}) }
  return { ...own, ...action, block_id: blockId, action_id: element.action_id }
}
