import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitize } from '../../src/text/sanitize.ts'
import { toMrkdwn } from '../../src/text/to-mrkdwn.ts'

const joiner = '\u2060'

describe('a text that pings nobody', () => {
  test.each([
    ['everyone in the channel', 'Hi <!channel>!', `Hi <${joiner}!channel>!`],
    ['a label in place of the word', '<!here|somebody>', `<${joiner}!here|somebody>`],
    ['capitals', '<!EVERYONE> @Here', `<${joiner}!EVERYONE> @${joiner}Here`],
    ['a user group', '<!subteam^S123>', `<${joiner}!subteam^S123>`],
    ['a user group with a name', '<!subteam^S123|@here>', `@${joiner}here`],
    ['a person', '<@U012AB3CD> and <@W012AB3CD>', `<${joiner}@U012AB3CD> and <${joiner}@W012AB3CD>`],
    ['plain words', '@channel, @here, @everyone.', `@${joiner}channel, @${joiner}here, @${joiner}everyone.`],
    ['Chinese around it', '请@here看一下', `请@${joiner}here看一下`],
    ['HTML entities', '&lt;!channel&gt; &#60;!here>', `&lt;${joiner}!channel&gt; &#60;${joiner}!here>`],
    ['entities in entities', '&amp;lt;!here&amp;gt;', `&amp;lt;${joiner}!here&amp;gt;`],
    ['an encoded letter', '@&#99;hannel <!&#x68;ere>', `@${joiner}&#99;hannel <${joiner}!&#x68;ere>`],
    ['an encoded @', '&#64;channel &commat;here', `&#64;${joiner}channel &commat;${joiner}here`],
    ['a Markdown escape', '\\<!here> <\\!here> <\\@U1>', `\\<${joiner}!here> <${joiner}\\!here> <${joiner}\\@U1>`],
    ['a control character inside', '<\u0000!chan\u0007nel>', `<${joiner}!channel>`],
    ['a turn of direction inside', '@he\u202Ere', `@${joiner}here`],
    ['a link to a page of that name', 'https://m.example/@everyone/x', 'https://m.example/%40everyone/x'],
  ])('%s', (_, text, inert) => {
    expect(sanitize(text)).toBe(inert)
  })

  test.each([
    'bob@here.com',
    'write to ops@channel.example today',
    '<!DOCTYPE html>\n<!-- a note -->',
    '<![CDATA[ x ]]>',
    'List<@NonNull String>',
    '@hereafter @channels @dana',
    'a < b && c > d, <b>bold</b>, <https://example.com>',
    '\tindented\n中文，🎉 👩‍👩‍👧',
  ])('leaves %j as it is', text => {
    expect(sanitize(text)).toBe(text)
  })

  test('half a character becomes the sign for it, and Windows line ends become plain ones', () => {
    expect(sanitize('a\uD83D b\r\nc')).toBe('a\uFFFD b\nc')
  })

  test('whatever is in it, nothing can ping, and a second time changes nothing', () => {
    const bits = [
      '<',
      '!',
      '@',
      '&lt;',
      '&#64;',
      'here',
      'Channel',
      'everyone',
      '|',
      '>',
      'U1',
      '\\',
      ' ',
      '中',
      '\u0000',
      '.',
      '/',
      'https://a',
      '\uD83D',
      '\u2069',
    ]
    const texts = fc.array(fc.oneof(fc.constantFrom(...bits), fc.string()), { maxLength: 14 }).map(all => all.join(''))
    fc.assert(
      fc.property(texts, text => {
        const inert = sanitize(text)
        expect(inert).not.toMatch(/<!(?!--|doctype|\[cdata)|<@[UW]/i)
        expect(inert).not.toMatch(/(?<![a-z0-9._%+-])@(?:here|channel|everyone)(?![a-z0-9_])/i)
        expect(inert.isWellFormed()).toBe(true)
        expect(sanitize(inert)).toBe(inert)
      }),
      { numRuns: 2_000, examples: [['$0*0$'], ['$a_1$'], ['$x\\alpha*y$'], ['https://a<AA:>']] },
    )
  })
})

describe('a date token', () => {
  const own = '<!date^1790000000^{date_short_pretty} {time}|Mon, Sep 21 14:13 UTC>'

  test('in the form that the bot writes stays, in Markdown and in mrkdwn', () => {
    expect(sanitize(`Since ${own}.`)).toBe(`Since ${own}.`)
    expect(toMrkdwn(`Since **then**, ${own}.`)).toContain(own)
  })

  test.each([
    own.replace('|', '^https://evil.example|'),
    own.replace('{time}', 'Free beer'),
    own.replace('Mon', '*Mon*'),
    own.replace('Mon', 'https://evil.example'),
    own.replace('date', 'channel'),
    `\\${own}`,
  ])('in another form is broken: %s', token => {
    expect(sanitize(token)).not.toContain('<!')
    expect(toMrkdwn(`a ${token}`)).not.toContain('<!')
  })
})
