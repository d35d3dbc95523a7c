import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import { plain } from '../../slack/plain-text.ts'

const option = z.looseObject({ value: z.string() })
/** People or channels that one field takes. */
export const mostSelected = 200
const list = z.array(z.string().max(255)).max(mostSelected).nullish()
const element = z.looseObject({
  value: z.string().max(10_000).nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
  selected_users: list,
  selected_conversations: list,
})
const valuesSchema = z.record(z.string(), z.record(z.string(), element))

/** Parses the fields of a form. Returns undefined if they are not of a form that was built. */
export function parseForm(given: unknown) {
  const values = valuesSchema.safeParse(given).data
  if (values === undefined) return undefined
  const read = (block: string) => values[block]?.field ?? {}
  const text = (block: string) => (read(block).value ?? '').trim()
  return {
    has: (block: string) => values[block] !== undefined,
    read,
    text,
    /** Lists the lines of a text that are not blank, each once. */
    lines: (block: string) => [
      ...new Set(
        text(block)
          .split('\n')
          .flatMap(line => line.trim() || []),
      ),
    ],
    checked: (block: string) => (read(block).selected_options ?? []).map(({ value }) => value),
  }
}

/** Builds an optional field. */
export function input(block_id: string, label: string, element: Record<string, unknown>, hint?: string): KnownBlock {
  const field = { ...element, action_id: 'field' }
  const block = { type: 'input', block_id, optional: true, label: plain(label), element: field }
  return { ...block, ...(hint !== undefined && { hint: plain(hint) }) } as unknown as KnownBlock
}

export function checkboxes(
  id: string,
  label: string,
  { all, hint }: { all: { text: object; value: string; isOn: boolean }[]; hint?: string },
): KnownBlock {
  const options = all.map(({ text, value }) => ({ text, value }))
  const on = options.filter((_, at) => all[at]?.isOn)
  return input(id, label, { type: 'checkboxes', options, ...(on.length > 0 && { initial_options: on }) }, hint)
}

export const textField = (value: string, more: object) => ({
  type: 'plain_text_input',
  ...more,
  ...(value !== '' && { initial_value: value }),
})

/** Builds a field of numbers between bounds; Slack refuses one that begins beyond them. */
export const numberField = (
  value: number | undefined,
  { least, most, isWhole }: { least: number; most?: number | undefined; isWhole: boolean },
) => ({
  type: 'number_input',
  is_decimal_allowed: !isWhole,
  min_value: String(least),
  ...(most !== undefined && { max_value: String(most) }),
  ...(value !== undefined && { initial_value: String(Math.min(value, most ?? value)) }),
})
