import { describe, expect, test } from 'vitest'
import { parseRequest } from '../../src/slack/request-shape.ts'

const event = (fields: object) => ({
  type: 'event_callback',
  team_id: 'T1',
  event: { type: 'message', channel: 'C1', ts: '1790000000.000100', text: 'hi', ...fields },
})
const action = (fields: object) => ({
  type: 'block_actions',
  user: { id: 'U1' },
  trigger_id: '1.2.ab',
  container: { type: 'message', message_ts: '1790000000.000100', channel_id: 'C1' },
  actions: [{ type: 'button', action_id: 'a', value: 'b' }],
  ...fields,
})
const command = (fields: object) => ({
  command: '/classify',
  text: 'settings',
  user_id: 'U1',
  channel_id: 'C1',
  trigger_id: '1.2.ab',
  response_url: 'https://hooks.slack.com/commands/1',
  ...fields,
})

describe('a request', () => {
  test.each([
    ['an event', event({})],
    ['an event with null for an absent field', event({ user: null })],
    ['a command', command({})],
    ['a press on a button', action({ channel: null, enterprise: null })],
  ])('with the shape that Slack documents passes, without its nulls: %s', (_, body) => {
    const parsed = parseRequest(body)
    expect(parsed).toBeDefined()
    expect(JSON.stringify(parsed)).not.toContain('null')
  })

  test('without a channel name has a blank one', () => {
    expect(parseRequest(command({}))).toMatchObject({ channel_name: '' })
  })

  test.each([
    ['an event of another type', event({ type: 'team_join' })],
    ['a channel that is no id', event({ channel: ['C1'] })],
    ['a ts that is an object', event({ ts: {} })],
    [
      'a value that is a list, which a query would take for several',
      action({ actions: [{ type: 'button', action_id: 'a', value: ['b'] }] }),
    ],
    ['no container', action({ container: undefined })],
    ['no actions', action({ actions: [] })],
    ['a command without words', command({ text: undefined })],
    ['an address that is none', command({ response_url: 'javascript:1' })],
    ['null', null],
    ['a list', [event({})]],
  ])('without it is ignored: %s', (_, body) => {
    expect(parseRequest(body)).toBeUndefined()
  })
})
