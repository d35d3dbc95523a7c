/** Splits a text into characters as a reader sees them. */
export const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Longer than any emoji sequence, in UTF-16 units. */
export const maxGrapheme = 64
