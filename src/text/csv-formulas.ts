/**
 * A spreadsheet runs a cell that begins like a formula, also behind blanks, and takes a part of a cell for a cell of its own when it
 * splits at another delimiter. An apostrophe before it makes it text; reading takes the apostrophe away again.
 */

/** Characters before a formula that a spreadsheet ignores or a file may lose. */
const blank = String.raw`[\p{Zs}\p{Zl}\p{Zp}\p{Cf}"\0-\x08\v\f\x0E-\x1F\x7F\x85]*`
const start = String.raw`(?:(?:^|[;|\t\r\n])${blank}|,)`
const sign = '[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212]'
const harmless = String.raw`[+-]+(?:\d[\d.,]{0,40}(?:e[+-]?\d{1,4})?\s?%?)?(?=$|[;|\t\r\n,"])`
const formula = new RegExp(`(${start})(?=${sign})(?!${harmless})`, 'giu')
const defused = new RegExp(`(${start})'(?=${sign})(?!${harmless})`, 'giu')

/** Makes text of all formulas in a cell, or in lines of cells. Numbers stay numbers. */
export const defuseFormulas = (cell: string): string => cell.replace(formula, "$1'")

/** Restores a cell whose formulas were made text. */
export const restoreFormulas = (cell: string): string => cell.replace(defused, '$1')
