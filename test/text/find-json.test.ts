import { expect, test } from 'vitest'
import { findJson } from '../../src/text/find-json.ts'
import { findSteepGrowth } from '../growth.ts'

const parse = (value: unknown) =>
  typeof value === 'object' && value !== null && 'a' in value ? JSON.stringify(value.a) : undefined

test.each([
  ['{"a":1}', ['1']],
  ['Note {x}. {"a":1} Hope {this} helps :}', ['1']],
  ['{"b":{"a":1}}', ['1']],
  ['{"a":{"a":1}}', ['{"a":1}']],
  ['[1] and ["x"] {"b":2} {"a":1} {"a":2}', ['1', '2']],
  ['```json\n{"a":"} ] \\" {"}\n```', ['"} ] \\" {"']],
  ['He said {"no: {"a":1}', ['1']],
  ['{"a":1', []],
  ['{"a":[{"x":1},{"x":2},{"y', ['[{"x":1},{"x":2}]']],
  ['{"a":[{"x":1}], "b":"unfinished', ['[{"x":1}]']],
  ['{"a":"x\ny"}', ['"x y"']],
  [`${'['.repeat(3)}{"a":1}${']'.repeat(3)}`, ['1']],
  ['', []],
  ['{}[]', []],
  // What is not quite JSON.
  ['{"a":[1,2,],}', ['[1,2]']],
  ['{"a":[{"a":1},{"b":2,}]}', ['[{"a":1},{"b":2}]']],
  ['{ // the first\n"a": 1, /* no more */ # none\n}', ['1']],
  ["{'a': 'it\\'s, well, so', 'b': None}", ['"it\'s, well, so"']],
  ['{a: "x", b: True}', ['"x"']],
  ['{“a”：“x”，“b”：.9}', ['"x"']],
  ['{"a": "he said "no" twice"}', ['"he said \\"no\\" twice"']],
  ['{"a": 90%}', ['"90%"']],
  ['"{\\"a\\":\\"x\\"}"', ['"x"']],
  ['{&quot;a&quot;:1}', ['1']],
  ['Note {this: that} and [x]. {a: 1}', ['1']],
  ['{"b":"unfinished\n{"a":1}', ['1']],
])('the values that fit are found in %j', (text, found) => {
  expect(findJson(text, parse).values).toEqual(found)
})

test.each([
  '{',
  '[',
  '{"a":',
  '}',
  '[]',
  '{"b":1}',
  '\\"',
  '[1,',
  '{"',
  '[ ',
  "{'a':'",
  '{a:',
  '/*',
  '[/*',
  '{"a":"x" y',
  '{\\"',
])('values are found in time that grows linearly with the text: %j', { timeout: 60_000 }, pattern => {
  expect(findSteepGrowth(text => findJson(text, parse), pattern)).toBeUndefined()
})
