import { describe, expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import { asksForPicture } from '../../src/features/generate-images/request.ts'
import { createImageServer } from '../image-server.ts'
import { openWorld } from '../process.ts'
import { onePixel, openStory, type Story, type StoryOptions, toSeen } from '../story.ts'

describe('words', () => {
  test.each([
    'draw a cat on a bike',
    '<@U1> please draw me a small house',
    'make an image of the sea at night',
    'create a simple flat logo for our bakery',
    '画一只在月球上的猫',
    '帮我画一张海边日落',
    '生成一张新年海报',
    '月の上の猫を描いてください',
    '会社のロゴを作って',
  ])('that ask for a picture: %s', text => expect(asksForPicture(text)).toBe(true))

  test.each([
    'draw a conclusion from this',
    'draw the line somewhere',
    'draw up a plan',
    'draw a flowchart of the process',
    'create an issue for that',
    'make a list of images we need',
    '画重点',
    '画一张流程图',
    '用户画像是什么？',
    '生成一张表格',
    'この画像について教えて',
  ])('that ask for something else: %s', text => expect(asksForPicture(text)).toBe(false))
})

async function open(server: Parameters<typeof createImageServer>[0] = {}, options: StoryOptions = {}) {
  const images = await createImageServer(server)
  const story = await openStory({ ...options, config: { pictures: images.config, ...options.config } })
  return { images, ...story }
}

const pictures = ({ slack }: Story, threadTs: string) =>
  slack
    .messages(slack.channels.general, threadTs)
    .filter(({ user, files = [] }) => user === slack.botUserId && files.length > 0)
const untilPicture = (story: Story, threadTs: string, count: number) =>
  story.slack.until(() => pictures(story, threadTs)[count - 1], `picture ${count}`)
const hasMore = (one: PageMessage) => JSON.stringify(one.blocks ?? '').includes('more_pictures')

describe('a picture', () => {
  test('is drawn, another one like it by a button, and changed by a reply, and its cost is counted', async () => {
    const story = await open()
    const { slack, images, model, say, store } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const release = images.hold()
    const ts = await say(dana, general, `<@${slack.botUserId}> draw a cat on a *bike*`)
    const status = () => slack.snapshot(dana).statuses.find(({ threadTs }) => threadTs === ts)?.status
    await slack.until(() => status() === 'is drawing a picture…', 'the status')
    release()
    const picture = await untilPicture(story, ts, 1)
    expect(picture.files).toMatchObject([{ name: expect.stringMatching(/^picture-[0-9a-f]{12}\.png$/) }])
    const upload = slack.calls.find(({ method }) => method === 'files.getUploadURLExternal')
    expect(upload?.args.alt_txt).toBe('draw a cat on a *bike*')
    const caption = await story.untilReply(general, ts, hasMore, 'the caption')
    expect(toSeen(caption)).toBe('🎨 draw a cat on a \\*bike\\*')
    expect(JSON.stringify(caption.blocks)).toContain('gpt-image-2 · AI can make mistakes')

    const press = () =>
      slack.do({
        do: 'act',
        as: lee,
        channel: general,
        ts: caption.ts,
        blockId: 'more_pictures',
        action: { action_id: 'more_pictures' },
      })
    await press()
    await untilPicture(story, ts, 2)
    await say(dana, general, 'make it blue', ts)
    await untilPicture(story, ts, 3)
    await say(dana, general, 'another one', ts)
    await untilPicture(story, ts, 4)
    expect(images.requests).toEqual([
      { prompt: 'draw a cat on a *bike*', size: '1024x1024' },
      { prompt: 'draw a cat on a *bike*', size: '1024x1024' },
      { prompt: 'make it blue', size: '1024x1024', picture: onePixel },
      { prompt: 'make it blue', size: '1024x1024', picture: expect.any(String) },
    ])
    const rows = async () =>
      (await store.usage.between('2000-01-01', '2999-01-01')).filter(one => one.feature === 'pictures')
    await slack.until(async () => (await rows()).reduce((sum, { calls }) => sum + calls, 0) === 4, 'the usage')
    expect(await rows()).toContainEqual(
      expect.objectContaining({
        person: lee,
        channel: general,
        model: 'gpt-image-2',
        calls: 1,
        tokens_out: 1_056,
        cost: 31_740,
      }),
    )

    // Questions in that thread are the model's.
    await say(dana, general, 'what do cats eat?', ts)
    ;(await model.next()).reply('Mice.')
    await story.untilReply(general, ts, one => toSeen(one) === 'Mice.', 'the answer')
  })

  test('that cannot be drawn is told of with the reason, and a thread where nothing draws says so', async () => {
    const story = await open({ edits: false })
    const { slack, say } = story
    const { mei, general } = { ...slack.people, ...slack.channels }
    const ts = await say(mei, general, `<@${slack.botUserId}> draw a forbidden cat`)
    const declined = await story.untilReply(general, ts, ({ text }) => text.includes('⚠️'), 'the refusal')
    expect(declined.text).toContain(
      '图像模型拒绝画这张图，请换个说法。原因：Your request was rejected by the safety system.',
    )
    await say(mei, general, '画一只猫，横版', ts)
    await untilPicture(story, ts, 1)
    expect(story.images.requests.at(-1)?.size).toBe('1536x1024')
    await say(mei, general, '背景改成蓝色', ts)
    await story.untilReply(general, ts, ({ text }) => text.includes('不支持修改图片'), 'the sentence')

    const { slack: other, ...bare } = await openStory()
    const asked = await bare.say(other.people.dana, other.channels.general, `<@${other.botUserId}> draw a cat`)
    const off = await bare.untilReply(
      other.channels.general,
      asked,
      ({ text }) => text.includes('IMAGE_MODEL'),
      'the sentence',
    )
    expect(toSeen(off)).toContain('no image model is connected')
  })

  test('is posted once, with its words, by a bot that is killed before it can say more, or before Slack has taken it, and gone with its question', async () => {
    const images = await createImageServer()
    const env = { IMAGE_MODEL: images.config.name, IMAGE_BASE_URL: images.config.baseUrl }
    const world = await openWorld('socket', env)
    const { slack } = world
    const { dana, general } = { ...slack.people, ...slack.channels }
    await world.bot.untilSays('ready')
    // Slack takes the picture, and then nothing for a while.
    const heal = slack.fault({ method: 'chat.postMessage', retryAfter: 30, times: Number.POSITIVE_INFINITY })
    const draw = async (what: string) => {
      const text = `<@${slack.botUserId}> draw a ${what}`
      return String((await slack.do({ do: 'say', as: dana, channel: general, text })).ts)
    }
    const ours = (ts: string) => slack.messages(general, ts).filter(({ user }) => user === slack.botUserId)
    const cat = await draw('cat')
    await slack.until(() => ours(cat).length === 1, 'the picture')
    // Slack takes another only after the end of the process.
    let take = () => {}
    const hold = new Promise<void>(done => (take = done))
    slack.fault({ method: 'files.completeUploadExternal', hold })
    const dog = await draw('dog')
    const isBegun = () => slack.calls.filter(({ method }) => method === 'files.completeUploadExternal').length === 2
    await slack.until(isBegun, 'the call that posts the other picture')
    await world.crash(world.bot)
    heal()
    await world.start()
    await slack.until(() => ours(cat).some(hasMore), 'the line below the first')
    await slack.until(() => images.requests.length === 3, 'the other drawing')
    expect(ours(dog)).toEqual([])
    take()
    await slack.until(() => ours(dog).some(hasMore), 'the line below the other')
    const files = (ts: string) => ours(ts).map(one => one.files?.length ?? 0)
    expect([files(cat), files(dog)]).toEqual([
      [1, 0],
      [1, 0],
    ])
    expect(ours(cat).map(toSeen).at(-1)).toBe('🎨 draw a cat')
    await slack.do({ do: 'delete', as: dana, channel: general, ts: dog })
    await slack.until(() => ours(dog).length === 0, 'the end of the picture')
  })
})
