import { describe, expect, test } from 'vitest'
import { onePixel, openStory, type Story, toSeen } from '../story.ts'

type Json = Record<string, unknown>

/** Posts a message in the form that Slack gives it, as Dana in the general channel if nothing else is said. Returns its ts. */
function post({ slack }: Story, { thread_ts: threadTs, ...message }: Json): string {
  const place = {
    channel: slack.channels.general,
    user: slack.people.dana,
    ...(threadTs !== undefined && { threadTs: String(threadTs) }),
  }
  return slack.post({ ...place, ...message })
}

/** Asks by a mention in a message of this shape. Resolves with the prompt that the model gets. */
async function ask(story: Story, event: Json): Promise<string> {
  const { slack, model } = story
  post(story, { text: `<@${slack.botUserId}> what do you think?`, ...event })
  const exchange = await model.next()
  exchange.reply('Good.')
  return exchange.prompt.slice(exchange.prompt.indexOf('user: <message'))
}

const section = (elements: Json[]) => ({ type: 'rich_text_section', elements })
const rich = (...elements: Json[]) => ({ blocks: [{ type: 'rich_text', elements }], text: '' })
const word = (text: string, style?: Json) => ({ type: 'text', text, ...(style && { style }) })

describe('words of others', () => {
  test('in a forwarded message are read as theirs, with their place and their files', async () => {
    const story = await openStory()
    const { slack } = story
    const { lee } = slack.people
    const file = await share(story, 'notes.txt', Buffer.from('the third floor'))
    const prompt = await ask(story, {
      attachments: [
        {
          is_share: true,
          is_msg_unfurl: true,
          text: 'We move on <#C0GENERAL1|> day',
          author_id: lee,
          channel_id: slack.channels.general,
          ts: '1789999999.000100',
          files: [file],
          fallback: 'never this',
        },
      ],
    })
    expect(prompt).toMatch(/<forwarded from="Lee" in="general" time="[^"]+">We move on #general day<\/forwarded>/)
    expect(prompt).toContain('<file name="notes.txt">the third floor</file>')
    expect(prompt).not.toContain('never this')
  })

  test('are a question by themselves: a forward with the bot’s name alone is answered, not with the help', async () => {
    const story = await openStory()
    const prompt = await ask(story, {
      text: `<@${story.slack.botUserId}>`,
      attachments: [{ is_share: true, text: 'X marks it' }],
    })
    expect(prompt).toContain('<forwarded>X marks it</forwarded>')
  })

  test('in a forward that holds only blocks are read from those', async () => {
    const story = await openStory()
    const message = { blocks: rich(section([word('from '), word('blocks', { bold: true })])).blocks }
    const prompt = await ask(story, {
      attachments: [{ is_share: true, author_name: 'Kim', message_blocks: [{ message }] }],
    })
    expect(prompt).toContain('<forwarded from="Kim">from *blocks*</forwarded>')
  })

  test('in the preview of a link are a preview, and in its own message nobody’s words', async () => {
    const story = await openStory()
    const prompt = await ask(story, {
      attachments: [
        {
          from_url: 'https://e.com/a',
          service_name: 'E',
          title: 'A title',
          title_link: 'https://e.com/a',
          text: 'What it is about',
          fallback: 'E: A title',
        },
      ],
    })
    expect(prompt).toMatch(/<preview>A title \(https:\/\/e\.com\/a\)\nWhat it is about<\/preview>/)
  })

  test('are read in a thread’s history, and in a summary of it', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const ts = await say(dana, general, 'look at this')
    post(story, {
      user: lee,
      thread_ts: ts,
      attachments: [{ is_share: true, author_id: dana, text: 'The release is on Friday.' }],
    })
    await say(dana, general, `<@${slack.botUserId}> when?`, ts)
    expect((await model.next()).prompt).toContain('<forwarded from="Dana">The release is on Friday.</forwarded>')
  })
})

describe('what a message holds beside its text is classified and summarized, too:', () => {
  const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'It crashes.' }]] }
  const mail = { id: 'F2', mode: 'email', filetype: 'email', subject: 'Export', plain_text: 'It crashes.', from: [] }
  const shapes: [string, Json][] = [
    ['a forwarded message', { text: '', attachments: [{ is_share: true, author_name: 'Kim', text: 'It crashes.' }] }],
    ['a table', { text: '', attachments: [{ blocks: [table] }] }],
    ['an e-mail', { text: '', files: [mail] }],
    ['blocks', rich(section([word('It crashes.')]))],
  ]
  const label = { items: [{ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 1 }] }

  test.each(shapes)('%s, by a mention', async (_, shape) => {
    const story = await openStory()
    const { slack, model, say } = story
    const ts = post(story, shape)
    await say(slack.people.lee, slack.channels.general, `<@${slack.botUserId}> classify this`, ts)
    const exchange = await model.next()
    expect(exchange.prompt).toMatch(/<text>[^<]*It crashes\.<\/text>/)
    exchange.reply(JSON.stringify(label))
  })

  test.each(shapes)('%s, by the shortcut', async (_, shape) => {
    const shortcut = { callbackId: 'classify_message', name: 'Classify', description: '', type: 'message' as const }
    const story = await openStory({ workspace: { shortcuts: [shortcut] } })
    const { slack, model } = story
    const { lee } = slack.people
    const { general } = slack.channels
    const ts = post(story, shape)
    await slack.do({ do: 'message_shortcut', as: lee, channel: general, ts, callbackId: 'classify_message' })
    const exchange = await model.next()
    expect(exchange.prompt).toMatch(/<text>[^<]*It crashes\.<\/text>/)
    exchange.reply(JSON.stringify(label))
  })

  test.each(shapes)('%s, in a summary', async (_, shape) => {
    const story = await openStory()
    const { slack, model, say } = story
    const ts = post(story, shape)
    await say(slack.people.lee, slack.channels.general, `<@${slack.botUserId}> summarize this thread`, ts)
    expect((await model.next()).prompt).toContain('It crashes.')
  })
})

describe('everything that a message holds is read', () => {
  test.each<[string, Json, string[]]>([
    [
      'a pasted table',
      {
        attachments: [
          {
            blocks: [
              {
                type: 'table',
                rows: [
                  [
                    { type: 'raw_text', text: 'Item' },
                    { type: 'raw_text', text: 'Price' },
                  ],
                  [
                    { type: 'raw_text', text: 'Tea' },
                    { type: 'rich_text', elements: [section([word('3 €')])] },
                  ],
                ],
              },
            ],
          },
        ],
      },
      ['Item | Price\nTea | 3 €'],
    ],
    [
      'a header, fields and a button with an address',
      {
        bot_id: 'B9',
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: 'Build 7' } },
          {
            type: 'section',
            text: { type: 'mrkdwn', text: 'It *failed*' },
            fields: [{ type: 'mrkdwn', text: 'Branch: main' }],
            accessory: { type: 'button', text: { type: 'plain_text', text: 'Log' }, url: 'https://ci.e.com/7' },
          },
        ],
        text: 'fallback words',
      },
      ['*Build 7*', 'It *failed*', 'Branch: main', 'Log (https://ci.e.com/7)'],
    ],
    [
      'images, context, videos and calls',
      {
        blocks: [
          {
            type: 'image',
            title: { type: 'plain_text', text: 'Plan' },
            alt_text: 'two towers',
            image_url: 'https://e.com/i.png',
          },
          {
            type: 'context',
            elements: [
              { type: 'mrkdwn', text: 'by Lee' },
              { type: 'image', alt_text: 'a face', image_url: 'https://e.com/f.png' },
            ],
          },
          {
            type: 'video',
            title: { type: 'plain_text', text: 'Tour' },
            author_name: 'Mei',
            alt_text: 'tour',
            title_url: 'https://e.com/v',
          },
          { type: 'call', call: { v1: { name: 'Daily', join_url: 'https://e.com/c' } } },
          { type: 'markdown', text: '**whole** words' },
        ],
      },
      [
        '[image: Plan – two towers]',
        'by Lee [image: a face]',
        '[video: Tour (https://e.com/v), Mei]',
        '[call: Daily (https://e.com/c)]',
        '**whole** words',
      ],
    ],
    [
      'lists, quotes, code and dates',
      rich(
        { type: 'rich_text_list', style: 'ordered', elements: [section([word('one')]), section([word('two')])] },
        { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [section([word('deep')])] },
        { type: 'rich_text_quote', elements: [word('so they say')] },
        { type: 'rich_text_preformatted', elements: [word('a < b')] },
        section([word('due '), { type: 'date', timestamp: 1_790_000_000, format: '{date}', fallback: 'Sep 21' }]),
      ),
      ['1. one\n2. two', '    • deep', '&gt; so they say', '```\na &lt; b\n```', 'due Sep 21'],
    ],
    [
      'an attachment of an app',
      {
        bot_id: 'B9',
        attachments: [
          {
            pretext: 'New ticket',
            author_name: 'Kim',
            title: 'T-1',
            title_link: 'https://t.e.com/1',
            text: 'It breaks',
            fields: [{ title: 'Priority', value: 'high' }],
            footer: 'Tickets',
            actions: [{ type: 'button', text: 'Open', url: 'https://t.e.com/1/open' }],
            fallback: 'New ticket T-1',
          },
        ],
      },
      ['New ticket\nKim\nT-1 (https://t.e.com/1)\nIt breaks\nPriority: high\nOpen (https://t.e.com/1/open)\nTickets'],
    ],
    [
      'blocks and elements that are not known',
      {
        blocks: [
          {
            type: 'hologram',
            title: 'Aha',
            elements: [{ type: 'ray', text: 'light' }],
            rows: [[{ cells: ['in a cell'] }]],
          },
        ],
      },
      ['Aha\nlight\nin a cell'],
    ],
    [
      'cards with their pictures and addresses, and containers with their blocks',
      {
        bot_id: 'B9',
        blocks: [
          {
            type: 'carousel',
            elements: [
              {
                type: 'card',
                title: { type: 'mrkdwn', text: 'Tent' },
                body: { type: 'mrkdwn', text: 'for two' },
                hero_image: { type: 'image', alt_text: 'a red tent', image_url: 'https://e.com/t.png' },
                actions: [{ type: 'button', text: { type: 'plain_text', text: 'Buy' }, url: 'https://e.com/buy' }],
              },
            ],
          },
          {
            type: 'container',
            title: { type: 'plain_text', text: 'Weather' },
            child_blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Rain at noon' } }],
          },
        ],
      },
      ['Tent\nfor two', '[image: a red tent]', 'Buy (https://e.com/buy)', 'Weather\nRain at noon'],
    ],
    [
      'the figures of a chart, and the sources of a task',
      {
        bot_id: 'B9',
        blocks: [
          {
            type: 'data_visualization',
            title: 'Sales',
            chart: {
              type: 'bar',
              series: [{ name: 'North', data: [{ label: 'March', value: 7 }] }],
              axis_config: { categories: ['March'], y_label: 'crates' },
            },
          },
          {
            type: 'task_card',
            task_id: 't',
            title: 'Look it up',
            sources: [{ type: 'url', url: 'https://e.com/s', text: 'Atlas' }],
          },
        ],
      },
      ['Sales', 'North', 'March: 7', 'Look it up', 'Atlas (https://e.com/s)'],
    ],
    [
      'choices that a reader sees, with their addresses',
      {
        bot_id: 'B9',
        blocks: [
          {
            type: 'section',
            text: { type: 'mrkdwn', text: 'Steps' },
            accessory: {
              type: 'checkboxes',
              options: [
                {
                  text: { type: 'mrkdwn', text: 'Pack' },
                  description: { type: 'mrkdwn', text: 'warm things' },
                  value: 'hidden-1',
                },
              ],
            },
          },
          {
            type: 'actions',
            elements: [
              {
                type: 'overflow',
                options: [{ text: { type: 'plain_text', text: 'Map' }, url: 'https://e.com/map', value: 'hidden-2' }],
              },
              {
                type: 'static_select',
                placeholder: { type: 'plain_text', text: 'Choose a day' },
                options: [{ text: { type: 'plain_text', text: 'Monday' }, value: 'hidden-3' }],
              },
            ],
          },
        ],
      },
      ['Steps\nPack\nwarm things', 'Map (https://e.com/map)', 'Choose a day'],
    ],
    [
      'a table whose cells stand in the message’s words, too',
      {
        text: '<@U0BOT> is it 5 or 7?',
        blocks: [
          {
            type: 'table',
            rows: [[{ type: 'raw_text', text: 'it' }], [{ type: 'raw_text', text: '5' }]],
          },
        ],
      },
      ['is it 5 or 7?\nit\n5'],
    ],
    [
      'a forwarded message in a forwarded message, each with its author',
      {
        attachments: [
          {
            is_share: true,
            author_name: 'Kim',
            text: 'see below',
            attachments: [{ is_share: true, author_name: 'Ann', text: 'the deep one' }],
          },
        ],
      },
      ['<forwarded from="Kim">see below</forwarded>', '<forwarded from="Ann">the deep one</forwarded>'],
    ],
    [
      'the attachments of a forwarded app’s post',
      {
        attachments: [
          {
            is_share: true,
            author_name: 'Deploys',
            message_blocks: [
              { message: { text: 'It is out', attachments: [{ title: 'Release 7', text: 'with a map' }] } },
            ],
          },
        ],
      },
      ['<forwarded from="Deploys">It is out\nRelease 7\nwith a map</forwarded>'],
    ],
    [
      'attachments and previews in a form that is not known',
      {
        attachments: [
          {
            from_url: 'https://e.com/d',
            preview: { title: { type: 'plain_text', text: 'Plan.doc' }, subtitle: 'by Ann' },
          },
          {
            from_url: 'https://e.com/w',
            work_object_entity: {
              entity_payload: { attributes: { title: { text: 'Ticket 9' } }, fields: { status: { value: 'open' } } },
            },
          },
          { headline: 'Headline', image_url: 'https://e.com/x.png' },
        ],
      },
      ['<preview>Plan.doc\nby Ann</preview>', 'Ticket 9\nopen', 'Headline'],
    ],
    [
      'the transcript of a voice clip',
      {
        files: [
          {
            id: 'F9',
            name: 'clip.m4a',
            mimetype: 'audio/mp4',
            subtype: 'slack_audio',
            transcription: { status: 'complete', preview: { content: 'please move the meeting', has_more: false } },
          },
        ],
      },
      ['[voice clip] please move the meeting'],
    ],
    ['reactions', { reactions: [{ name: '+1', count: 3, users: [] }] }, ['reactions=":+1: 3"']],
    [
      'a link whose label has a bar',
      { text: '<@U0BOT> <https://e.com/a|Title | Site>' },
      ['Title | Site (https://e.com/a)'],
    ],
    [
      'channels and groups without their names',
      { text: '<@U0BOT> <#C0GENERAL1|> <#C0NONE> <!subteam^S0DESIGN01> <!subteam^S1> <!subteam^S2|@ops>' },
      ['#general #C0NONE @design @S1 @ops'],
    ],
  ])('%s', async (_, event, wanted) => {
    const story = await openStory()
    const text = typeof event.text === 'string' ? event.text.replace('U0BOT', story.slack.botUserId) : undefined
    const mention = `<@${story.slack.botUserId}>`
    const base = event.bot_id === undefined ? { text: text ?? `${mention} ?` } : { text: event.text ?? mention }
    const prompt = await ask(story, { type: 'app_mention', ...event, ...base })
    for (const words of wanted) expect(prompt).toContain(words)
    expect(prompt).not.toMatch(/fallback|hidden-/)
  })
})

/** Shares a file of a person, so that the bot may see it, and resolves with its file object. */
async function share({ slack }: Story, name: string, bytes: Buffer): Promise<Json> {
  const { id } = slack.upload(slack.people.lee, name, bytes)
  await slack.do({ do: 'say', as: slack.people.lee, channel: slack.channels.general, text: 'a file', files: [id] })
  const answer = await fetch(`${slack.apiUrl}files.info`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ file: id }),
  })
  return ((await answer.json()) as { file: Json }).file
}

describe('who wrote a message', () => {
  test('with a token of their own is the person, and is answered', async () => {
    const story = await openStory()
    const { slack, model } = story
    const dm = slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    post(story, { channel: dm, bot_id: 'B9', text: 'hi there' })
    expect((await model.next()).prompt).toContain('from="Dana"')
  })

  test('is known by the name in the event where they cannot be looked up', async () => {
    const story = await openStory()
    const prompt = await ask(story, { user: 'U0GONE', user_profile: { display_name: 'Kim' } })
    expect(prompt).toContain('from="Kim"')
  })

  test('is told apart from another of the same name', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const ts = await say(slack.people.lee, slack.channels.general, 'first')
    post(story, { user: 'U0ONE', user_profile: { display_name: 'Lee' }, thread_ts: ts, text: 'second' })
    await say(slack.people.dana, slack.channels.general, `<@${slack.botUserId}> who?`, ts)
    const { prompt } = await model.next()
    expect(prompt).toContain('from="Lee"')
    expect(prompt).toContain('from="Lee (2)"')
  })

  test('is told apart in a summary and in its links, too', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { general } = slack.channels
    const ts = await say(slack.people.lee, general, 'The date is the fifth.')
    post(story, { user: 'U0ONE', user_profile: { display_name: 'Lee' }, thread_ts: ts, text: 'No, the sixth.' })
    const asked = await say(slack.people.dana, general, `<@${slack.botUserId}> summarize this thread`, ts)
    const { prompt, reply } = await model.next()
    expect(prompt).toMatch(/from="Lee"[\s\S]*from="Lee \(2\)"/)
    const upshot = { text: 'The date is open.', sources: ['1', '2'] }
    reply(JSON.stringify({ upshot, decisions: [], questions: [], tasks: [], facts: [] }))
    const summary = await untilReply(general, ts, one => toSeen(one).includes('open'), 'the summary')
    expect(summary.ts > asked).toBe(true)
    expect(toSeen(summary)).toContain('[Lee](')
    expect(toSeen(summary)).toContain('[Lee (2)](')
  })

  test('that began a huddle is none: its root asks nothing', async () => {
    const story = await openStory()
    const { slack, model } = story
    const dm = slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    post(story, { channel: dm, subtype: 'huddle_thread', text: 'A huddle started', room: { id: 'R1' } })
    post(story, { channel: dm, text: 'a real one' })
    expect((await model.next()).prompt).toContain('a real one')
    expect(model.requests).toHaveLength(1)
  })

  test('is Slack’s own bot, or another app: no turn', async () => {
    const story = await openStory()
    const { slack, model } = story
    const dm = slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    post(story, { channel: dm, user: 'USLACKBOT', text: 'hi' })
    post(story, { user: 'U0OTHERBOT', bot_id: 'B0OTHER', text: `<@${slack.botUserId}> hi` })
    post(story, { channel: dm, text: 'a real one' })
    expect((await model.next()).prompt).toContain('a real one')
    expect(model.requests).toHaveLength(1)
  })
})

describe('a file', () => {
  test('of which Slack tells only that it exists is looked up once, then read', async () => {
    const story = await openStory()
    const { slack } = story
    const { id } = await share(story, 'plan.txt', Buffer.from('move on Friday'))
    const before = slack.calls.length
    const prompt = await ask(story, { files: [{ id, file_access: 'check_file_info' }] })
    expect(prompt).toContain('<file name="plan.txt">move on Friday</file>')
    expect(slack.calls.slice(before).filter(({ method }) => method === 'files.info')).toHaveLength(1)
  })

  test('that is a picture of a kind that models do not take goes as Slack’s smaller picture', async () => {
    const story = await openStory()
    const { slack, model } = story
    const { url_private: thumb } = await share(story, 'dot.png', Buffer.from(onePixel, 'base64'))
    const heic = {
      id: 'F5',
      name: 'I.HEIC',
      mimetype: 'image/heic',
      filetype: 'heic',
      url_private: `${slack.url}/nothing`,
      thumb_1024: thumb,
    }
    post(story, { text: `<@${slack.botUserId}> what is it?`, files: [heic] })
    const { body } = await model.next()
    expect(JSON.stringify(body)).toContain(`data:image/png;base64,${onePixel}`)
  })

  test('that is an e-mail is its sender, subject and text', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const mail = {
      id: 'F2',
      mode: 'email',
      filetype: 'email',
      subject: 'Broken export',
      plain_text: 'It is empty.',
      from: [{ name: 'Ann', address: 'ann@e.com' }],
    }
    const ts = post(story, { user: 'USLACKBOT', text: '', files: [mail] })
    await say(slack.people.dana, slack.channels.general, `<@${slack.botUserId}> what is this?`, ts)
    const { prompt } = await model.next()
    expect(prompt).toContain('Subject: Broken export\nFrom: Ann (ann@e.com)\nIt is empty.')
  })
})

describe('a conversation', () => {
  test('goes on in a direct message: the lines before, with their answers, are context', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana } = slack.people
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const first = await say(dana, dm, 'Monday museum.')
    ;(await model.next()).reply('Noted: the *modern* one.')
    await untilReply(dm, first, reply => toSeen(reply).includes('modern'), 'the answer')
    await say(dana, dm, 'Which day is the museum?')
    const { prompt } = await model.next()
    expect(prompt).toContain('Monday museum.')
    expect(prompt).toContain('assistant: Noted: the *modern* one.')
    expect(prompt.indexOf('Monday museum.')).toBeLessThan(prompt.indexOf('Which day'))
  })

  test('begins with a mention that an edit adds, also in a thread where the message was none of the bot’s before', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const plain = await say(dana, general, 'what is up')
    const theirs = await say(lee, general, 'a thread of others')
    const inThread = await say(dana, general, 'and here', theirs)
    await slack.do({ do: 'edit', as: dana, channel: general, ts: plain, text: `<@${slack.botUserId}> what is up` })
    const exchange = await model.next()
    expect(exchange.prompt).toContain('what is up')
    exchange.reply('The sky.')
    await untilReply(general, plain, reply => toSeen(reply) === 'The sky.', 'the answer')
    await slack.do({ do: 'edit', as: dana, channel: general, ts: inThread, text: `<@${slack.botUserId}> and here` })
    ;(await model.next()).reply('The floor.')
    await untilReply(general, theirs, reply => toSeen(reply) === 'The floor.', 'the answer in the thread')
    // An edit of what was answered is no new question.
    await slack.do({ do: 'edit', as: dana, channel: general, ts: plain, text: `<@${slack.botUserId}> what's up` })
    const next = await say(dana, general, `<@${slack.botUserId}> next?`)
    ;(await model.next()).reply('Done.')
    await untilReply(general, next, reply => toSeen(reply) === 'Done.', 'the last answer')
    expect(model.requests).toHaveLength(3)
  })

  test('has no answer to thanks and emoji, and one to /me in a direct message', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana } = slack.people
    const { general } = slack.channels
    const ts = await say(dana, general, `<@${slack.botUserId}> ready?`)
    ;(await model.next()).reply('Ready.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Ready.', 'the answer')
    for (const thanks of ['ok', ':tada:', '👍👍', 'Thanks!', '好的，谢谢']) await say(dana, general, thanks, ts)
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    post(story, { channel: dm, subtype: 'me_message', text: 'wonders what time it is' })
    expect((await model.next()).prompt).toContain('wonders what time it is')
    expect(model.requests).toHaveLength(2)
  })
})

describe('a place that refuses', () => {
  test('has the asker told once, privately, where they asked', async () => {
    const { slack, model, say } = await openStory({ isMute: true })
    const { dana } = slack.people
    const { general } = slack.channels
    slack.fault({ method: 'chat.postMessage', error: 'is_archived', times: Number.POSITIVE_INFINITY })
    const ts = await say(dana, general, 'a thread')
    await say(dana, general, `<@${slack.botUserId}> ?`, ts)
    ;(await model.next()).reply('Nobody sees this.')
    const notices = () => slack.calls.filter(({ method }) => method === 'chat.postEphemeral')
    await slack.until(() => notices()[0], 'the notice')
    expect(notices()).toHaveLength(1)
    expect(notices()[0]?.args).toMatchObject({ channel: general, user: dana, thread_ts: ts })
    expect(String(notices()[0]?.args.text)).toContain('is_archived')
  })

  test('costs no model once that is known, and is answered again when Slack takes posts', async () => {
    const { slack, model, say, untilReply } = await openStory({ isMute: true })
    const { dana } = slack.people
    const { general } = slack.channels
    let isReadOnly = true
    slack.fault({
      method: 'chat.postMessage',
      error: 'restricted_action_read_only_channel',
      times: Number.POSITIVE_INFINITY,
      when: () => isReadOnly,
    })
    const notices = () => slack.calls.filter(({ method }) => method === 'chat.postEphemeral')
    await say(dana, general, `<@${slack.botUserId}> one?`)
    ;(await model.next()).reply('Nobody sees this.')
    await slack.until(() => notices().length === 1, 'the first notice')
    await say(dana, general, `<@${slack.botUserId}> two?`)
    await slack.until(() => notices().length === 2, 'the second notice')
    expect(model.requests).toHaveLength(1)
    isReadOnly = false
    const ts = await say(dana, general, `<@${slack.botUserId}> three?`)
    ;(await model.next()).reply('Three.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Three.', 'the answer')
    expect(model.requests).toHaveLength(2)
  })

  test('such as a locked thread costs no model', async () => {
    const story = await openStory({ isMute: true })
    const { slack, model, say } = story
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const ts = post(story, { channel: general, user: lee, text: 'closed matter', is_locked: true })
    await say(dana, general, `<@${slack.botUserId}> why?`, ts)
    const notice = await slack.until(
      () => slack.calls.find(({ method }) => method === 'chat.postEphemeral'),
      'the notice',
    )
    expect(notice.args).toMatchObject({ channel: general, user: dana, thread_ts: ts })
    expect(String(notice.args.text)).toContain('locked')
    expect(model.requests).toEqual([])
  })

  test('or a model that is out has it said once in a thread, until it works again', async () => {
    const { slack, model, say, replies, untilReply } = await openStory()
    const { dana } = slack.people
    const { general } = slack.channels
    let isOut = true
    model.answerAll(exchange => (isOut ? exchange.status(401, { error: { message: 'no' } }) : exchange.reply('Back.')))
    const ts = await say(dana, general, `<@${slack.botUserId}> start`)
    await untilReply(general, ts, reply => toSeen(reply).includes('⚠️'), 'the notice')
    for (const text of ['one?', 'two?', 'three?']) await say(dana, general, text, ts)
    await slack.until(() => model.requests.length >= 4 || undefined, 'the follow-ups to be asked')
    isOut = false
    await say(dana, general, 'four?', ts)
    await untilReply(general, ts, reply => toSeen(reply) === 'Back.', 'the answer')
    expect(replies(general, ts)).toHaveLength(2)
  })
})
