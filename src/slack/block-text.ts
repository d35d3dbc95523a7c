/**
 * Extracts the text of Slack's blocks as mrkdwn, with the structure that readers see: list items, quotes, code, table rows. An unknown
 * block gives the text in it.
 */
export function extractBlockText(blocks: unknown): string {
  return joinLines(listOf(blocks).map(block => renderBlock(block, 0)))
}

/** Escapes plain text as mrkdwn. Slack sends some plain text escaped already, which stays as it is. */
export function escapeMrkdwn(text: string): string {
  return text
    .replace(/&(?!(?:amp|lt|gt);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** Joins lines with content, each once. */
export function joinLines(lines: readonly string[]): string {
  return lines.filter(line => line.trim() !== '').join('\n')
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

type Block = Record<string, unknown>

/** Blocks nest a few levels; deeper ones were made to exhaust the stack. */
const maxDepth = 20

const renderers: Record<string, (block: Block, depth: number) => string> = {
  divider: () => '',
  header: ({ text }) => wrap('*', renderText(text)),
  markdown: ({ text }) => escapeMrkdwn(textOf(text)),
  mrkdwn: ({ text }) => textOf(text),
  plain_text: ({ text }) => escapeMrkdwn(textOf(text)),
  section: ({ text, fields, accessory }, depth) =>
    joinLines([renderText(text), ...listOf(fields).map(renderText), renderBlock(accessory, depth + 1)]),
  context: ({ elements }, depth) => renderAll(elements, depth, ' '),
  actions: ({ elements }, depth) => renderAll(elements, depth),
  context_actions: () => '',
  button: ({ text, url }) => (textOf(url) === '' ? '' : formatLink(textOf(url), renderText(text))),
  image: block => renderImage(block),
  video: block => renderVideo(block),
  call: block => renderCall(block),
  table: (block, depth) => renderTable(block, depth),
  data_table: (block, depth) => renderTable(block, depth),
  rich_text: ({ elements }, depth) => renderAll(elements, depth),
  rich_text_section: ({ elements }, depth) => renderAll(elements, depth, ''),
  rich_text_list: (block, depth) => renderList(block, depth),
  rich_text_quote: ({ elements }, depth) => indent('&gt; ', renderAll(elements, depth, '')),
  rich_text_preformatted: ({ elements }, depth) => `\`\`\`\n${renderAll(elements, depth, '')}\n\`\`\``,
  text: ({ text, style }) => renderStyled(escapeMrkdwn(textOf(text)), style),
  link: ({ text, url }) => formatLink(textOf(url), escapeMrkdwn(textOf(text))),
  user: ({ user_id }) => `<@${user_id}>`,
  channel: ({ channel_id }) => `<#${channel_id}>`,
  usergroup: ({ usergroup_id }) => `<!subteam^${usergroup_id}>`,
  broadcast: ({ range }) => `<!${range}>`,
  emoji: ({ name }) => `:${name}:`,
  date: ({ timestamp, format, fallback }) => `<!date^${timestamp}^${textOf(format) || '{date}'}|${textOf(fallback)}>`,
  color: ({ value }) => escapeMrkdwn(textOf(value)),
  raw_text: ({ text }) => escapeMrkdwn(textOf(text)),
  raw_number: ({ text, value }) => escapeMrkdwn(textOf(text) || String(value ?? '')),
}

function renderBlock(given: unknown, depth: number): string {
  if (!isObject(given) || depth > maxDepth) return ''
  const render = Object.hasOwn(renderers, textOf(given.type)) ? renderers[textOf(given.type)] : undefined
  return render === undefined ? renderUnknown(given, depth) : render(given, depth)
}

const renderAll = (elements: unknown, depth: number, separator = '\n'): string =>
  listOf(elements)
    .map(element => renderBlock(element, depth + 1))
    .filter(text => text !== '')
    .join(separator)

/** Renders a text object, or a plain string in its place. */
const renderText = (text: unknown, depth = maxDepth): string =>
  typeof text === 'string' ? escapeMrkdwn(text) : renderBlock(text, depth)

/** Properties of unknown blocks that people read, in the order in which they are shown. */
const readProperties = [
  ...[
    'attributes',
    'title',
    'heading',
    'subtitle',
    'name',
    'text',
    'body',
    'description',
    'caption',
    'label',
    'alt_text',
    'details',
    'output',
  ],
  ...[
    'hero_image',
    'content',
    'fields',
    'elements',
    'rows',
    'items',
    'cells',
    'blocks',
    'child_blocks',
    'children',
    'cards',
  ],
  ...['tasks', 'sources', 'chart', 'series', 'segments', 'data', 'element', 'placeholder', 'accessory', 'actions'],
  'preview',
]

/** Properties whose texts are for programs. */
const technical =
  /(?:^|_)(?:ids?|urls?|ts|type|keys?|colou?r|style|format|level|mode|icons?|emoji|tokens?|locale)$|[a-z](?:Id|Url)$/

/** Renders what people read of a block: the usual properties, then all others that are not for programs. */
function renderUnknown(block: Block, depth: number): string {
  const render = (value: unknown): string => {
    if (typeof value === 'string') return escapeMrkdwn(value)
    if (Array.isArray(value))
      return joinLines(value.map(item => (isObject(item) ? renderBlock(item, depth + 1) : render(item))))
    return renderBlock(value, depth + 1)
  }
  const renderProperty = (name: string): string => {
    const text = render(block[name])
    if (name === 'text' && text !== '' && typeof block.url === 'string') return formatLink(block.url, text)
    return name === 'label' && typeof block.value === 'number' ? `${text}: ${block.value}` : text
  }
  // The choices of a menu are seen when it is opened, the value of a choice never.
  const hidden = block.placeholder !== undefined ? 'options' : block.text !== undefined ? 'value' : ''
  const isRead = (name: string) => name !== hidden && !readProperties.includes(name) && !technical.test(name)
  return joinLines([...readProperties, ...Object.keys(block).filter(isRead)].map(renderProperty))
}

function renderList(block: Block, depth: number): string {
  const level = typeof block.indent === 'number' ? Math.min(Math.max(block.indent, 0), 8) : 0
  const first = typeof block.offset === 'number' ? block.offset + 1 : 1
  const items = listOf(block.elements).map((element, index) => {
    const mark = block.style === 'ordered' ? `${first + index}.` : '•'
    return `${'    '.repeat(level)}${mark} ${renderBlock(element, depth + 1)}`
  })
  return joinLines(items)
}

function renderTable({ rows, caption }: Block, depth: number): string {
  const lines = listOf(rows).map(row => {
    const cells = isObject(row) ? listOf(row.cells) : listOf(row)
    return cells.map(cell => renderText(cell, depth + 1).replace(/\s+/g, ' ')).join(' | ')
  })
  return joinLines([renderText(caption), ...lines])
}

function renderImage({ title, alt_text }: Block): string {
  const words = [...new Set([renderText(title), renderText(alt_text)])].filter(text => text !== '')
  return words.length === 0 ? '' : `[image: ${words.join(' – ')}]`
}

function renderVideo({ title, title_url, description, author_name, provider_name, alt_text }: Block): string {
  const name = renderText(title) || renderText(alt_text)
  const by = [renderText(author_name), renderText(provider_name)].filter(text => text !== '').join(', ')
  const head = textOf(title_url) === '' ? name : formatLink(textOf(title_url), name)
  return joinLines([`[video: ${head}${by === '' ? '' : `, ${by}`}]`, renderText(description)])
}

function renderCall({ call }: Block): string {
  const facts = isObject(call) && isObject(call.v1) ? call.v1 : {}
  const name = escapeMrkdwn(textOf(facts.name))
  return `[call: ${textOf(facts.join_url) === '' ? name : formatLink(textOf(facts.join_url), name)}]`
}

function renderStyled(text: string, style: unknown): string {
  if (!isObject(style)) return text
  if (style.code === true) return wrap('`', text)
  const bold = style.bold === true ? wrap('*', text) : text
  const italic = style.italic === true ? wrap('_', bold) : bold
  return style.strike === true ? wrap('~', italic) : italic
}

/** Puts marks around a text, inside the spaces around it. */
const wrap = (mark: string, text: string): string =>
  text.trim() === '' ? text : text.replace(text.trim(), () => `${mark}${text.trim()}${mark}`)

const indent = (mark: string, text: string): string =>
  text
    .split('\n')
    .map(line => `${mark}${line}`)
    .join('\n')

/** Formats a link as mrkdwn. */
export function formatLink(url: string, label: string): string {
  const target = url.replace(/[<>|\s]/g, encodeURIComponent)
  return label === '' || label === target ? `<${target}>` : `<${target}|${label}>`
}
