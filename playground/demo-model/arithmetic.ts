import { type Sign, type Token, toTokens } from './arithmetic-tokens.ts'
import { added, divided, type Fraction, multiplied, NoValue, negative, raised, toDecimal } from './fractions.ts'

/** A sum as it was understood, and what came of it. */
export interface Sum {
  /** With × and ÷: asterisks would become bold text on their way to the reader. */
  expression: string
  result: { digits: string; isExact: boolean } | { problem: NoValue['problem'] }
}

type Node =
  | { is: 'number'; text: string; value: Fraction }
  | { is: 'percent' | 'minus' | 'brackets'; of: Node }
  | { is: Sign; left: Node; right: Node }

/** Nobody types a longer sum by hand; it also bounds how deep brackets can nest. */
const QUESTION_CHARS = 200
const DATE = /^\d{4}([-/.])\d{1,2}\1\d{1,2}$/

/** The sum that a question asks for and its exact result, or nothing when the question is anything but a sum. */
export function toSum(question: string): Sum | undefined {
  if (question.length > QUESTION_CHARS) return undefined
  const text = withoutFrame(question)
  if (DATE.test(text)) return undefined
  const tokens = toTokens(text)
  const node = tokens && parse(tokens)
  if (!node || isBare(node)) return undefined
  return { expression: written(node), result: worked(node) }
}

/** "5", "-5" and "5%" ask for nothing. */
const isBare = (node: Node): boolean => node.is === 'number' || ('of' in node && isBare(node.of))

const FRAME_BEFORE =
  /^(?:(?:hey|hi|hello|please|can you|could you|what(?:'s|’s| is| are| does)?|how much (?:is|are|does)|calculate|compute|work out|evaluate|solve|tell me|the (?:result|value) of|请问|请|帮我|帮忙|麻烦|计算|算|一下|下|看看|问)[\s,，:：]*)+/
const FRAME_AFTER =
  /(?:[\s,，]*(?:=|equals?|make|come to|is|please|thanks|等于|得|是|为|结果|多少|几|呢|啊|呀|吗|请|一下|谢谢|[?？。.!！]))+$/

const withoutFrame = (question: string): string =>
  question.normalize('NFKC').toLowerCase().trim().replace(FRAME_BEFORE, '').replace(FRAME_AFTER, '').trim()

/** A parser by descent: sums of products of powers of signed numbers; undefined at anything that is no expression. */
function parse(tokens: readonly Token[]): Node | undefined {
  let at = 0
  const peek = () => {
    const token = tokens[at]
    return token && 'sign' in token ? token.sign : undefined
  }
  const takes = (...signs: string[]) => signs.includes(peek() ?? '') && at++ >= 0

  const chain = (operand: () => Node | undefined, signs: Partial<Record<string, Sign>>): Node | undefined => {
    let left = operand()
    for (let token = peek() ?? '', sign = signs[token]; left && sign; token = peek() ?? '', sign = signs[token]) {
      at++
      const right = operand()
      // "3.5% of 240" and "240的3.5%" are products; "5 of 3" is not.
      const isSum = token !== 'of' || left.is === 'percent' || right?.is === 'percent'
      left = right && isSum ? joined(left, sign, right) : undefined
    }
    return left
  }
  const sum = (): Node | undefined => chain(product, { '+': '+', '-': '-' })
  const product = (): Node | undefined => chain(signed, { '*': '*', '/': '/', of: '*' })
  const signed = (): Node | undefined => (takes('-') ? wrapped('minus', signed()) : takes('+') ? signed() : power())
  const power = (): Node | undefined => {
    const base = percent()
    if (!base || !takes('^')) return base
    const exponent = signed()
    return exponent && { is: '^', left: base, right: exponent }
  }
  const percent = (): Node | undefined => {
    if (takes('percent before')) return wrapped('percent', atom())
    const node = atom()
    return node && takes('%') ? { is: 'percent', of: node } : node
  }
  const atom = (): Node | undefined => {
    if (takes('(')) {
      const inner = sum()
      return inner && takes(')') ? { is: 'brackets', of: inner } : undefined
    }
    const token = tokens[at++]
    return token && 'number' in token ? { is: 'number', text: token.number, value: token.value } : undefined
  }

  const node = sum()
  return node && at === tokens.length ? node : undefined
}

const wrapped = (is: 'percent' | 'minus', of: Node | undefined): Node | undefined => of && { is, of }

/** "200 + 10%" means a tenth more, as on a pocket calculator; the expression shown says so. */
function joined(left: Node, sign: Sign, right: Node): Node {
  const isShare = (sign === '+' || sign === '-') && right.is === 'percent' && left.is !== 'percent'
  if (!isShare) return { is: sign, left, right }
  const one: Node = { is: 'number', text: '1', value: { over: 1n, under: 1n } }
  const base: Node = left.is === '+' || left.is === '-' ? { is: 'brackets', of: left } : left
  return { is: '*', left: base, right: { is: 'brackets', of: { is: sign, left: one, right } } }
}

const SHOWN: Record<Sign, string> = { '+': ' + ', '-': ' - ', '*': ' × ', '/': ' ÷ ', '^': '^' }

function written(node: Node): string {
  if (node.is === 'number') return node.text
  if (node.is === 'percent') return `${written(node.of)}%`
  if (node.is === 'minus') return `-${written(node.of)}`
  if ('of' in node) return `(${written(node.of)})`
  return `${written(node.left)}${SHOWN[node.is]}${written(node.right)}`
}

function worked(node: Node): Sum['result'] {
  try {
    return toDecimal(evaluate(node))
  } catch (error) {
    if (error instanceof NoValue) return { problem: error.problem }
    throw error
  }
}

const HUNDRED: Fraction = { over: 100n, under: 1n }
const OPERATIONS: Record<Sign, (a: Fraction, b: Fraction) => Fraction> = {
  '+': added,
  '-': (a, b) => added(a, negative(b)),
  '*': multiplied,
  '/': divided,
  '^': raised,
}

function evaluate(node: Node): Fraction {
  if (node.is === 'number') return node.value
  if (node.is === 'percent') return divided(evaluate(node.of), HUNDRED)
  if (node.is === 'minus') return negative(evaluate(node.of))
  if ('of' in node) return evaluate(node.of)
  return OPERATIONS[node.is](evaluate(node.left), evaluate(node.right))
}
