// @ts-check
/** @import { App } from './app.js' */
import { drawBlock } from './blocks.js'
import { fill, h } from './dom.js'
import { toObjects } from './json.js'
import { drawEmpty } from './message.js'

/**
 * What the bot draws on its Home tab for the spoken-as person.
 * @param {App} app
 */
export const createHome = app => {
  const inside = h('div', { class: 'home-inside' })
  const node = h(
    'section',
    { class: 'home', testid: 'home-view', 'aria-label': app.words.appHome, hidden: true },
    inside,
  )
  let drawn = ''

  const update = () => {
    const { home } = app.store.state
    const json = JSON.stringify(home ?? null)
    if (json === drawn) return
    drawn = json
    if (!home) return fill(inside, drawEmpty(app.words.noHome))
    /** @type {import('./block-parts.js').Surface} */
    const surface = {
      app,
      act: (blockId, action) => void app.act({ do: 'act_in_view', viewId: home.id, blockId, action }),
    }
    fill(
      inside,
      toObjects(home.view.blocks).map((block, index) => drawBlock(block, index, surface)),
    )
  }
  app.hear('home', update)
  return { node, update }
}
