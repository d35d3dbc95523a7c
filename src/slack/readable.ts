import { slackToPlain } from '../text/from-slack.ts'
import type { Message } from './message.ts'

/**
 * Formats a message as plain text with names for ids. Words of others follow in brackets that name their author; with `asFeedback`,
 * forwarded words stand alone and previews of links are left out.
 */
export function formatReadable(
  { text, form, quotes = [] }: Pick<Message, 'text' | 'form' | 'quotes'>,
  nameOf: (id: string) => string,
  { asFeedback = false } = {},
): string {
  const own = form === 'slack' ? slackToPlain(text, nameOf) : text
  const others = quotes
    .filter(({ kind }) => !asFeedback || kind === 'forwarded')
    .map(quote => {
      const said = slackToPlain(quote.text, nameOf)
      return asFeedback ? said : `[${quote.kind}${quote.by === undefined ? '' : ` from ${nameOf(quote.by)}`}] ${said}`
    })
  return [own, ...others].filter(part => part.trim() !== '').join('\n')
}
