import { randomBytes } from 'node:crypto'
import type { SlackJson } from '../protocol.ts'
import { type Check, checkText, type Issue, most, mostItems, plain, required } from './checks.ts'
import { checkElement } from './element-checks.ts'
import { isObject, objectAt, objectsOf, textAt } from './json.ts'
import { Refusal } from './refusal.ts'

/** Where blocks stand: it decides how many there may be and which. */
export type Surface = 'message' | 'modal' | 'home'

const mostBlocks = { message: 50, modal: 100, home: 100 }
/** Summed over all markdown blocks of one message. */
const mostMarkdown = 12_000
const mostTableText = 10_000

const everywhere = [
  'section',
  'header',
  'divider',
  'image',
  'context',
  'actions',
  'input',
  'rich_text',
  'video',
  'file',
  'alert',
  'card',
  'carousel',
  'container',
  'data_table',
  'data_visualization',
  'table',
] // biome-format: skip
const known: Record<Surface, Set<string>> = {
  message: new Set([...everywhere, 'context_actions', 'markdown', 'plan', 'task_card']),
  modal: new Set(everywhere),
  home: new Set(everywhere),
}

/** The plain length of a cell or a paragraph: all its texts together. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + textLength(one), 0)
  if (!isObject(value)) return 0
  return textAt(value, 'text').length + textLength(value.elements)
}

function checkElements(block: SlackJson, limit: number, at: string): Issue[] {
  const elements = objectsOf(block.elements)
  const ids = elements.map(element => element.action_id).filter(id => id !== undefined)
  return [
    ...(elements.length === 0 ? required(undefined, 'elements', at) : []),
    ...mostItems(block.elements, limit, `${at}/elements`),
    ...(new Set(ids).size < ids.length ? [{ at: `${at}/elements`, says: 'action_id already exists' }] : []),
    ...elements.flatMap((element, index) => checkElement(element, `${at}/elements/${index}`)),
  ]
}

function checkTable(block: SlackJson, at: string): Issue[] {
  const rows = Array.isArray(block.rows) ? block.rows : []
  return [
    ...(rows.length === 0 ? required(undefined, 'rows', at) : []),
    ...mostItems(rows, 100, `${at}/rows`),
    ...rows.flatMap((row, index) => mostItems(row, 20, `${at}/rows/${index}`)),
  ]
}

function checkDataTable(block: SlackJson, at: string): Issue[] {
  const rows = Array.isArray(block.rows) ? block.rows : []
  const pageSize = block.page_size ?? 5
  return [
    ...required(block.caption, 'caption', at),
    ...(rows.length < 2 ? [{ at: `${at}/rows`, says: 'must have at least 2 items' }] : []),
    ...mostItems(rows, 101, `${at}/rows`),
    ...(typeof pageSize === 'number' && pageSize >= 1 && pageSize <= 100
      ? []
      : [{ at: `${at}/page_size`, says: 'must be between 1 and 100' }]),
  ]
}

const mostOfChart = { title: 50, name: 20, series: 6, points: 20 }

function checkChart(block: SlackJson, at: string): Issue[] {
  const chart = objectAt(block, 'chart')
  const series = objectsOf(chart.series)
  const categories = JSON.stringify(objectAt(chart, 'axis_config').categories)
  const names = series.map(one => textAt(one, 'name'))
  const checkSeries = (one: SlackJson, path: string): Issue[] => {
    const labels = objectsOf(one.data).map(point => textAt(point, 'label'))
    return [
      ...most(textAt(one, 'name'), mostOfChart.name, `${path}/name`),
      ...mostItems(one.data, mostOfChart.points, `${path}/data`),
      ...labels.flatMap((label, index) => most(label, mostOfChart.name, `${path}/data/${index}/label`)),
      ...(JSON.stringify(labels) === categories ? [] : [{ at: `${path}/data`, says: 'must match the categories' }]),
    ]
  }
  return [
    ...required(block.title, 'title', at),
    ...most(textAt(block, 'title'), mostOfChart.title, `${at}/title`),
    ...required(chart.type, 'type', `${at}/chart`),
    ...mostItems(chart.series, mostOfChart.series, `${at}/chart/series`),
    ...(new Set(names).size < names.length ? [{ at: `${at}/chart/series`, says: 'names must be unique' }] : []),
    ...series.flatMap((one, index) => checkSeries(one, `${at}/chart/series/${index}`)),
  ]
}

function checkSection(block: SlackJson, at: string): Issue[] {
  return [
    ...(block.text === undefined && block.fields === undefined ? required(undefined, 'text', at) : []),
    ...checkText(block, 'text', 3_000, at),
    ...mostItems(block.fields, 10, `${at}/fields`),
    ...objectsOf(block.fields).flatMap((field, index) =>
      checkText({ text: field }, 'text', 2_000, `${at}/fields/${index}`),
    ),
    ...(isObject(block.accessory) ? checkElement(block.accessory, `${at}/accessory`) : []),
  ]
}

function checkInput(block: SlackJson, at: string): Issue[] {
  return [
    ...required(block.label, 'label', at),
    ...required(block.element, 'element', at),
    ...plain(block, 'label', 2_000, at),
    ...plain(block, 'hint', 2_000, at),
    ...checkElement(objectAt(block, 'element'), `${at}/element`),
  ]
}

const cardCheck: Check = (block, at) => [
  ...checkText(block, 'title', 150, at),
  ...checkText(block, 'subtitle', 150, at),
  ...checkText(block, 'body', 200, at),
]

const blockChecks: Record<string, Check> = {
  section: checkSection,
  input: checkInput,
  header: (block, at) => [...required(block.text, 'text', at), ...plain(block, 'text', 150, at)],
  image: (block, at) => checkElement(block, at),
  context: (block, at) => [
    ...checkElements(block, 10, at),
    ...objectsOf(block.elements).flatMap((element, index) =>
      element.type === 'image' ? [] : checkText({ text: element }, 'text', 2_000, `${at}/elements/${index}`),
    ),
  ],
  actions: (block, at) => checkElements(block, 25, at),
  context_actions: (block, at) => checkElements(block, 5, at),
  markdown: (block, at) => required(block.text, 'text', at),
  table: checkTable,
  data_table: checkDataTable,
  data_visualization: checkChart,
  card: cardCheck,
  carousel: (block, at) => {
    const cards = objectsOf(block.elements)
    return [
      ...(cards.length === 0 ? required(undefined, 'elements', at) : []),
      ...mostItems(cards, 10, `${at}/elements`),
      ...cards.flatMap((card, index) => cardCheck(card, `${at}/elements/${index}`)),
    ]
  },
  container: (block, at) => [
    ...checkText(block, 'title', 150, at),
    ...mostItems(block.child_blocks, 10, `${at}/child_blocks`),
  ],
  plan: (block, at) => [...required(block.title, 'title', at), ...mostItems(block.tasks, 50, `${at}/tasks`)],
  task_card: (block, at) => [...required(block.task_id, 'task_id', at), ...required(block.title, 'title', at)],
}

function checkBlock(block: SlackJson, surface: Surface, at: string): Issue[] {
  const type = textAt(block, 'type')
  if (!known[surface].has(type)) return [{ at: `${at}/type`, says: `unsupported type: ${type}` }]
  return [...most(textAt(block, 'block_id'), 255, `${at}/block_id`), ...(blockChecks[type]?.(block, at) ?? [])]
}

function checkTogether(blocks: SlackJson[], surface: Surface, at: string): Issue[] {
  const ids = blocks.map(block => block.block_id).filter(id => id !== undefined)
  const counted = (type: string) => blocks.filter(block => block.type === type).length
  return [
    ...mostItems(blocks, mostBlocks[surface], at),
    ...(new Set(ids).size < ids.length ? [{ at, says: 'block_id already exists' }] : []),
    ...(counted('table') > 1 ? [{ at, says: 'only_one_table_allowed' }] : []),
    ...(counted('data_visualization') > 2 ? [{ at, says: 'no more than 2 data_visualization blocks' }] : []),
  ]
}

/** Everything that is wrong with blocks that shall stand at `at`. */
function findIssues(blocks: SlackJson[], surface: Surface, at: string): Issue[] {
  const each = blocks.flatMap((block, index) => checkBlock(block, surface, `${at}/${index}`))
  return [...each, ...checkTogether(blocks, surface, at)]
}

/** Refuses blocks that Slack would refuse, with its error name and a pointer to each fault. */
export function checkBlocks(blocks: SlackJson[], surface: Surface, at = '/blocks'): void {
  const issues = findIssues(blocks, surface, at)
  if (issues.length > 0) {
    const messages = issues.map(({ at, says }) => `[ERROR] ${says} [json-pointer:${at}]`)
    const error = surface === 'message' ? 'invalid_blocks' : 'invalid_arguments'
    throw new Refusal(error, {
      errors: issues.map(({ at, says }) => `${says} [json-pointer:${at}]`),
      response_metadata: { messages },
    })
  }
  const lengthOf = (type: string, measure: (block: SlackJson) => number) =>
    blocks.filter(block => block.type === type).reduce((sum, block) => sum + measure(block), 0)
  if (lengthOf('markdown', block => [...textAt(block, 'text')].length) > mostMarkdown) {
    throw new Refusal('msg_blocks_too_long')
  }
  if (lengthOf('table', block => textLength(block.rows)) > mostTableText) throw new Refusal('msg_blocks_too_long')
}

const holders = new Set(['actions', 'context_actions'])

/** Blocks as Slack stores them: a copy in which every block and every control has its id. */
export function withIds(blocks: SlackJson[]): SlackJson[] {
  const id = () => randomBytes(3).toString('hex')
  const named = (control: unknown) =>
    isObject(control) && control.type !== 'image' ? { action_id: id(), ...control } : control
  return structuredClone(blocks).map(block => ({
    ...(block.type !== 'markdown' && { block_id: id() }),
    ...block,
    ...(holders.has(textAt(block, 'type')) && { elements: objectsOf(block.elements).map(named) }),
    ...(isObject(block.accessory) && { accessory: named(block.accessory) }),
    ...(isObject(block.element) && { element: named(block.element) }),
  }))
}
