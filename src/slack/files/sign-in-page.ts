import type { SlackFile } from './slack-file.ts'

/** A web page begins like this, after an optional XML line and comments; 1,024 characters reach past those. */
const pageStart = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i
const startCharacters = 1024

/** Types whose files are web pages themselves; Slack exports a canvas as one. */
const pageTypes = ['text/html', 'application/xhtml+xml', 'application/vnd.slack-docs']

/**
 * Returns true if Slack sent its sign-in page instead of the file, as it does with status 200 when the token lacks a scope.
 * A text with exactly the promised number of bytes is the file itself, whatever it begins with.
 */
export function isSignInPage(file: SlackFile, text: string, bytes: number): boolean {
  if (!pageStart.test(text.slice(0, startCharacters))) return false
  const hasPromisedSize = file.size === bytes
  if (isPage(file)) return !hasPromisedSize && /slack/i.test(text) && /sign[ _-]?in|log[ _-]?in/i.test(text)
  return !(hasPromisedSize && file.mimetype.startsWith('text/'))
}

/** Checks for a file that is a web page, or has one in the place of its own format, as the "Excel files" of many web sites. */
export function isPage({ mimetype, filetype = '', mode = '', name }: SlackFile): boolean {
  if (pageTypes.includes(mimetype) || /^(?:quip|canvas|docs|space|post)$/.test(filetype || mode)) return true
  return /\.(?:x?html?|doc|xls)$/i.test(name)
}
