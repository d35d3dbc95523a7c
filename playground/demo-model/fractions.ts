/** Exact numbers: fractions of two whole ones, so that 0.1 + 0.2 is 0.3. */

/** A number as one whole number over another, in lowest terms, the sign above. */
export interface Fraction {
  over: bigint
  under: bigint
}

/** Thrown where a sum has no value that can be written out exactly; `problem` says why. */
export class NoValue extends Error {
  readonly problem: 'division by zero' | 'too large' | 'not exact'
  constructor(problem: NoValue['problem']) {
    super(problem)
    this.name = 'NoValue'
    this.problem = problem
  }
}

/** A number of more binary digits (about 300 decimal ones) is of no use in a message. */
const NUMBER_BITS = 1_000

/** Any two whole numbers as a fraction in lowest terms; the lower one is never 0. */
function reduced(over: bigint, under: bigint): Fraction {
  if (bitsOf(over) > NUMBER_BITS || bitsOf(under) > NUMBER_BITS) throw new NoValue('too large')
  const factor = commonFactor(over, under) * (under < 0n ? -1n : 1n)
  return { over: over / factor, under: under / factor }
}

/** The fraction that a decimal number in plain digits ("12", "3.50", ".5") stands for. */
export function toFraction(decimal: string): Fraction {
  const [whole = '', decimals = ''] = decimal.split('.')
  return reduced(BigInt(`${whole}${decimals}` || '0'), 10n ** BigInt(decimals.length))
}

/** The same number with the other sign. */
export const negative = ({ over, under }: Fraction): Fraction => ({ over: -over, under })

/** One number plus another. */
export const added = (a: Fraction, b: Fraction): Fraction =>
  reduced(a.over * b.under + b.over * a.under, a.under * b.under)

/** One number times another. */
export const multiplied = (a: Fraction, b: Fraction): Fraction => reduced(a.over * b.over, a.under * b.under)

/** One number divided by another, which may turn out to be 0. */
export function divided(a: Fraction, b: Fraction): Fraction {
  if (b.over === 0n) throw new NoValue('division by zero')
  return reduced(a.over * b.under, a.under * b.over)
}

/** A number to a whole power; other powers have, as a rule, no exact value. */
export function raised(base: Fraction, exponent: Fraction): Fraction {
  if (exponent.under !== 1n) throw new NoValue('not exact')
  const times = exponent.over < 0n ? -exponent.over : exponent.over
  const bits = Math.max(bitsOf(base.over), bitsOf(base.under))
  if (bits > 1 && BigInt(bits - 1) * times > BigInt(NUMBER_BITS)) throw new NoValue('too large')
  const power = reduced(base.over ** times, base.under ** times)
  return exponent.over < 0n ? divided({ over: 1n, under: 1n }, power) : power
}

const absolute = (whole: bigint): bigint => (whole < 0n ? -whole : whole)
const bitsOf = (whole: bigint): number => absolute(whole).toString(2).length
const commonFactor = (a: bigint, b: bigint): bigint => (b === 0n ? absolute(a) : commonFactor(b, a % b))

/** Decimals written out when a number's decimals end, and when they go on for ever. */
const EXACT_DECIMALS = 20
const ROUNDED_DECIMALS = 10

/** A number in decimal digits, and whether that is all of it or rounded. */
export function toDecimal(value: Fraction): { digits: string; isExact: boolean } {
  const unit = 10n ** BigInt(EXACT_DECIMALS)
  if ((value.over * unit) % value.under === 0n)
    return { digits: placed((value.over * unit) / value.under), isExact: true }
  const leadingZeros = Math.max(0, String(value.under).length - String(absolute(value.over)).length)
  const places = ROUNDED_DECIMALS + leadingZeros
  return { digits: placed(rounded(value, places), places), isExact: false }
}

/** The value in units of its last decimal, halves away from zero. */
function rounded({ over, under }: Fraction, places: number): bigint {
  const doubled = (2n * absolute(over) * 10n ** BigInt(places)) / under
  return ((doubled + 1n) / 2n) * (over < 0n ? -1n : 1n)
}

function placed(units: bigint, places: number = EXACT_DECIMALS): string {
  const digits = String(absolute(units)).padStart(places + 1, '0')
  const decimals = digits.slice(-places).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -places)}${decimals && `.${decimals}`}`
}
