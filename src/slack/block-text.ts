/**
 * Extracts the text of Slack's blocks as mrkdwn, for messages whose own text is empty. Skips elements without text
 * (images, buttons).
 */
export function extractBlockText(blocks: unknown): string {
  if (!Array.isArray(blocks)) return ''
  return blocks
    .map(extractText)
    .filter(text => text !== '')
    .join('\n')
}

interface Element {
  type?: unknown
  text?: unknown
  user_id?: unknown
  channel_id?: unknown
  usergroup_id?: unknown
  range?: unknown
  name?: unknown
  url?: unknown
  fields?: unknown
  elements?: unknown
}

function extractText(given: unknown): string {
  if (typeof given !== 'object' || given === null) return ''
  const element = given as Element
  switch (element.type) {
    case 'actions':
    case 'context_actions':
      return ''
    case 'user':
      return `<@${element.user_id}>`
    case 'channel':
      return `<#${element.channel_id}>`
    case 'usergroup':
      return `<!subteam^${element.usergroup_id}>`
    case 'broadcast':
      return `<!${element.range}>`
    case 'emoji':
      return `:${element.name}:`
    case 'link':
      return typeof element.text === 'string' ? `${element.text} (${element.url})` : String(element.url)
    case 'rich_text_section':
      return extractAll(element.elements).join('')
  }
  if (typeof element.text === 'string') return element.text
  return [extractText(element.text), ...extractAll(element.fields), ...extractAll(element.elements)]
    .filter(text => text !== '')
    .join('\n')
}

const extractAll = (elements: unknown): string[] => (Array.isArray(elements) ? elements.map(extractText) : [])
