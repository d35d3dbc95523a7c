/** Code: a fenced block, also one that is still open, or a span. */
const code = /(^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n[\s\S]*?(?:\n {0,3}\2[^\n]*|(?![\s\S]))|(?![\s\S]))|`+[^`\n]*`+)/m

/** A formula that is no price: it has a command, a power, an index or braces. */
const formula = /(?<!\\)\$(?=[^\s$])([^$\n]{0,200}(?:\\[A-Za-z]|[\^_{}])[^$\n]{0,200})(?<=[^\s\\])\$(?!\d)/g

/**
 * Rewrites what models write in Slack's own form or in LaTeX as Markdown, outside of code: `<https://e.com|label>` becomes a link, forms
 * of mail, channels and people become plain text, formulas become code, and a `*` between numbers a times sign.
 */
export function rewriteForms(markdown: string): string {
  if (!/[<\\$*]/.test(markdown)) return markdown
  // Of each match, the second group is the fence.
  return markdown
    .split(code)
    .map((part, index) => (index % 3 === 0 ? rewriteText(part) : index % 3 === 1 ? part : ''))
    .join('')
}

function rewriteText(text: string | undefined): string {
  if (text === undefined) return ''
  return text
    .replace(/(?<!\\)\\\(((?:\\[^()\n`]|[^\\\n`]){1,300})\\\)/g, (_, inner: string) => `\`${inner.trim()}\``)
    .replace(/(?<!\\)\\\[((?:\\[^[\]`]|[^\\`]){1,1000})\\\]/g, (_, inner: string) => formatDisplay(inner))
    .replace(/\$\$([^$`]{1,1000})\$\$/g, (_, inner: string) => formatDisplay(inner))
    .replace(formula, (whole: string, inner: string) => (inner.includes('`') ? whole : `\`${inner}\``))
    .replace(/(?<!\\)<(https?:\/\/[^\s<>|]{1,2000})\|([^<>\n]{1,300})>/gi, (_, url: string, label: string) =>
      formatLink(url, label),
    )
    .replace(/(?<!\\)<(?:mailto|tel):([^\s<>|]{1,300})(?:\|([^<>\n]{0,300}))?>/gi, (_, to: string, label = '') =>
      formatAddress(to, label),
    )
    .replace(
      /(?<!\\)<(?!https?:)([a-z][a-z0-9+.-]{1,31}:[^\s<>|]{0,300})\|([^<>\n]{0,300})>/gi,
      (_, to: string, label: string) => formatAddress(to, label),
    )
    .replace(/(?<!\\)<#([CG][A-Z0-9]{2,30})(?:\|([^<>\n]{0,100}))?>/g, (_, id: string, label = '') => `#${label || id}`)
    .replace(/(?<!\\)<@[UW][A-Z0-9]{2,30}\|([^<>\n]{1,100})>/g, (_, label: string) => `@${label.replace(/^@/, '')}`)
    .replace(/(?<!\\)<!(?:subteam|date)\^[^\s<>|]{1,100}\|([^<>|\n]{1,100})>/g, (_, label: string) => label)
    .replace(/(?<=[\p{N})])\*(?=[\p{N}(])/gu, '\\*')
}

function formatLink(url: string, label: string): string {
  const target = url.replaceAll('(', '%28').replaceAll(')', '%29')
  return `[${label.replace(/[[\]\\]/g, character => `\\${character}`)}](${target})`
}

const formatAddress = (to: string, label: string) => (label === '' || label === to ? to : `${label} (${to})`)

/** Formats a formula that stands by itself: as a block if it has several lines. */
const formatDisplay = (inner: string) =>
  inner.trim().includes('\n') ? `\n\`\`\`\n${inner.trim()}\n\`\`\`\n` : `\`${inner.trim()}\``
