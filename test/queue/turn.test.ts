import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { type EventBody, parseChange, parseTurn } from '../../src/queue/parse-event.ts'
import { isEmpty } from '../../src/queue/turn.ts'

const self = { userId: 'U0LAN0Z89', botId: 'B0LAN0Z89', teamId: 'T061EG9R6', name: 'Threadwise' }

describe('an event becomes a turn', () => {
  test('one and the same, whether it comes as app_mention or as message', async () => {
    const mention = parseTurn(await read('app_mention'), self)
    const message = parseTurn(await read('message'), self)
    expect(mention).toMatchObject({
      id: 'T061EG9R6:C0123ABC456:1515449522.000016',
      threadTs: '1515449522.000016',
      isAddressed: true,
      place: 'channel',
    })
    expect(message).toEqual(mention)
  })

  test('with a label behind the bot’s name too', () => {
    expect(parseTurn(said({ text: '<@U0LAN0Z89|threadwise> hello' }), self)?.isAddressed).toBe(true)
  })

  test('in a direct message, known by its type or by its channel', () => {
    expect(parseTurn(said({ channel: 'D1', channel_type: 'im', text: 'hi' }), self)).toMatchObject({
      place: 'dm',
      isAddressed: true,
    })
    expect(parseTurn(said({ channel: 'D1', text: 'hi' }), self)).toMatchObject({ place: 'dm' })
  })

  test('with files and no text, or also sent to the channel', () => {
    const file = { id: 'F1', name: 'a.txt', mimetype: 'text/plain', size: 3 }
    const withFile = parseTurn(said({ channel: 'D1', subtype: 'file_share', text: '', files: [file] }), self)
    expect(withFile?.question.files).toHaveLength(1)
    expect(withFile && isEmpty(withFile)).toBe(false)
    expect(parseTurn(said({ thread_ts: '1.0', subtype: 'thread_broadcast', text: 'and?' }), self)).toMatchObject({
      isAddressed: false,
      threadTs: '1.0',
    })
  })
})

describe('it does not when', () => {
  const others: Record<string, Partial<EventBody['event']>> = {
    'nobody is asked': { text: 'hello all' },
    'it is Slackbot': { user: 'USLACKBOT', channel: 'D1', text: 'hi' },
    'a huddle begins': { subtype: 'huddle_thread', text: '<@U0LAN0Z89>' },
    'a follow-up thanks': { thread_ts: '1.0', text: 'Thanks!' },
    'a follow-up is an emoji': { thread_ts: '1.0', text: ':tada: 👍' },
    'a follow-up says that all is well': { thread_ts: '1.0', text: '好的，谢谢！' },
    'it is the bot itself': { user: 'U0LAN0Z89', channel: 'D1', text: 'hi' },
    'it is the bot itself, by its bot id': { bot_id: 'B0LAN0Z89', channel: 'D1', text: 'hi' },
    'somebody joins': { subtype: 'channel_join', text: '<@U061F7AUR> has joined' },
    'it is a bot message of the old kind': { subtype: 'bot_message', text: '<@U0LAN0Z89> hi' },
    'it is a mention that was edited': { type: 'app_mention', edited: { ts: '2.0' }, text: '<@U0LAN0Z89> hi' },
    'a follow-up is for somebody else': { thread_ts: '1.0', text: '<@U0DANA> what do you think?' },
    'a follow-up greets somebody else': { thread_ts: '1.0', text: '嗨，<@U0DANA>，你怎么看？' },
    'a follow-up asks somebody else at its end': { thread_ts: '1.0', text: 'what do you think, <@U0DANA>?' },
    'a follow-up is for a group': { thread_ts: '1.0', text: '<!subteam^S012> please look' },
    'a follow-up says nothing': { thread_ts: '1.0', text: ' ' },
  }
  test.each(Object.entries(others))('%s', (_, event) => {
    expect(parseTurn(said(event), self)).toBeUndefined()
  })

  test('an event lacks what a turn needs, or is none of ours', async () => {
    const edit = await read('message_changed')
    expect(
      parseTurn({ ...edit, event: { ...edit.event, previous_message: edit.event.message ?? {} } }, self),
    ).toBeUndefined()
    for (const missing of ['ts', 'user', 'channel'] as const) {
      const body = said({ text: '<@U0LAN0Z89> x' })
      delete body.event[missing]
      expect(parseTurn(body, self)).toBeUndefined()
    }
  })
})

test('an edit and a deletion change the thread in which the message stands', async () => {
  expect(parseChange(await read('message_changed'), self)).toMatchObject({
    kind: 'edited',
    thread: { channel: 'C0123ABC456', threadTs: '1515449522.000016' },
    message: { text: '<@U0LAN0Z89> is it a river?' },
  })
  const deleted = said({
    subtype: 'message_deleted',
    deleted_ts: '1.5',
    previous_message: { ts: '1.5', thread_ts: '1.0' },
  })
  expect(parseChange(deleted, self)).toEqual({ kind: 'deleted', thread: { channel: 'C1', threadTs: '1.0' }, ts: '1.5' })
})

test('a mention with nothing else is empty, with a word it is not', () => {
  const empty = (text: string) => {
    const turn = parseTurn(said({ text }), self)
    return turn && isEmpty(turn)
  }
  expect(empty('<@U0LAN0Z89>')).toBe(true)
  expect(empty(' <@U0LAN0Z89> \n')).toBe(true)
  expect(empty('<@U0LAN0Z89> ?')).toBe(false)
})

function said(event: Partial<EventBody['event']>): EventBody {
  return {
    team_id: 'T061EG9R6',
    event: { type: 'message', channel: 'C1', user: 'U061F7AUR', ts: '2.0', text: '', ...event } as EventBody['event'],
  }
}

async function read(name: string): Promise<EventBody> {
  return JSON.parse(await readFile(`test/payloads/${name}.json`, 'utf8')) as EventBody
}
