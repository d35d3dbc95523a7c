import type { SlackJson } from '../protocol.ts'
import { checkBlocks } from './blocks.ts'
import { type Issue, most, plain, required } from './checks.ts'
import { objectsOf, textAt } from './json.ts'
import { Refusal } from './refusal.ts'

const modalTexts: [key: string, most: number][] = [
  ['private_metadata', 3_000],
  ['callback_id', 255],
  ['external_id', 255],
]
const mostViewBytes = 250_000

/** Refuses a view that Slack would refuse. */
export function checkView(view: SlackJson): void {
  const type = textAt(view, 'type')
  if (type !== 'modal' && type !== 'home') refuseView('unsupported type: view', '/view/type')
  if (!Array.isArray(view.blocks)) refuseView('missing required field: blocks', '/view/blocks')
  if (Buffer.byteLength(JSON.stringify(view)) > mostViewBytes) throw new Refusal('view_too_large')
  const blocks = objectsOf(view.blocks)
  const issues = [
    ...modalTexts.flatMap(([key, limit]) => most(textAt(view, key), limit, `/view/${key}`)),
    ...(type === 'modal' ? checkModal(view, blocks) : []),
  ]
  const [first] = issues
  if (first) refuseView(first.says, first.at)
  checkBlocks(blocks, type === 'modal' ? 'modal' : 'home', '/view/blocks')
}

function checkModal(view: SlackJson, blocks: SlackJson[]): Issue[] {
  const needsSubmit = blocks.some(block => block.type === 'input') && view.submit === undefined
  return [
    ...required(view.title, 'title', '/view'),
    ...['title', 'submit', 'close'].flatMap(key => plain(view, key, 24, '/view')),
    ...(needsSubmit ? required(undefined, 'submit', '/view') : []),
  ]
}

function refuseView(says: string, at: string): never {
  throw new Refusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${says} [json-pointer:${at}]`] } })
}
