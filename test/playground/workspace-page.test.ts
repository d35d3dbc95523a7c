import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Change, Snapshot } from '../../playground/protocol.ts'
import type { GestureResult, Workspace } from '../../playground/slack-emulator/workspace.ts'
import { atEnd, createClient, eventsOf, openSocket, openWorkspace } from './workspace-helpers.ts'

/** Follows the changes that one person's page is told of. */
async function follow({ url }: Workspace, as: string): Promise<Change[]> {
  const changes: Change[] = []
  const stop = new AbortController()
  atEnd(() => stop.abort())
  const { body } = await fetch(`${url}/page/changes?as=${as}`, { signal: stop.signal })
  const read = async () => {
    let text = ''
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece
      const entries = text.split('\n\n')
      text = entries.pop() ?? ''
      for (const entry of entries) if (entry.startsWith('data: ')) changes.push(JSON.parse(entry.slice(6)))
    }
  }
  read().catch(() => undefined)
  return changes
}

const gesture = async ({ url }: Workspace, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/page/gesture`, { method: 'POST', body: JSON.stringify(body), headers })
  return { status: answer.status, ...((await answer.json()) as GestureResult) }
}

const textsOf = (changes: Change[]) =>
  changes.flatMap(change => (change.type === 'message' ? [change.message.text] : []))

describe('the page', () => {
  it('takes gestures and shows each change to those who may see it', async () => {
    const workspace = await openWorkspace({ limits: 'off' })
    const { people, channels } = workspace
    const dana = await follow(workspace, people.dana)
    const mei = await follow(workspace, people.mei)
    const say = (as: string, channel: string, text: string) => gesture(workspace, { do: 'say', as, channel, text })
    await say(people.dana, channels.leads, 'secret')
    await say(
      people.dana,
      workspace.snapshot(people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? '',
      'for the bot',
    )
    await createClient(workspace).chat.postEphemeral({ channel: channels.general, user: people.mei, text: '悄悄话' })
    const { ok, ts } = await say(people.mei, channels.general, '大家好')
    expect([ok, typeof ts]).toEqual([true, 'string'])
    await workspace.until(() => textsOf(dana).includes('大家好') && textsOf(mei).includes('大家好'), 'the last message')
    expect(textsOf(dana)).toEqual(['secret', 'for the bot', '大家好'])
    expect(textsOf(mei)).toEqual(['悄悄话', '大家好'])
    expect(workspace.snapshot(people.mei).channels.map(({ name }) => name)).toEqual([
      'general',
      'feedback',
      'random',
      'Threadwise',
    ])
  })

  it('lets a visitor begin as somebody of their language, which the administrator then speaks, too', async () => {
    const { url, people } = await openWorkspace()
    const visit = async (language: string) => {
      const answer = await fetch(`${url}/page/snapshot?as=`, { headers: { 'accept-language': language } })
      const snapshot = (await answer.json()) as Snapshot
      return [snapshot.as, snapshot.people.find(({ isAdmin }) => isAdmin)?.locale]
    }
    expect(await visit('zh-CN,zh;q=0.9,en;q=0.8')).toEqual([people.mei, 'zh-CN'])
    expect(await visit('fr')).toEqual([people.dana, 'en-US'])
  })

  it('shows what went over the wire, and the limits as they go down', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const changes = await follow(workspace, people.dana)
    await openSocket(workspace, {})
    await createClient(workspace).chat.postMessage({ channel: channels.general, text: 'hi' })
    await workspace.until(() => changes.some(({ type }) => type === 'limits'), 'the limits')
    const wire = changes.flatMap(change => (change.type === 'wire' ? [change.entry] : []))
    expect(wire.filter(({ what }) => what === 'chat.postMessage').map(({ status }) => status)).toEqual([
      'waiting',
      'ok',
    ])
    expect(wire.at(-1)).toMatchObject({ direction: 'to bot', what: 'event message', status: 'ok' })
    expect(changes.find(({ type }) => type === 'bot')).toMatchObject({ connected: true })
  })

  it('answers mistakes with sentences', async () => {
    const workspace = await openWorkspace()
    const wrong = await gesture(workspace, { do: 'say', as: workspace.people.dana, text: 1 })
    expect(wrong).toMatchObject({ status: 400, ok: false, error: expect.stringMatching(/channel[\s\S]*text/) })
    expect((await fetch(`${workspace.url}/page/snapshot?as=U404`)).status).toBe(400)
    expect((await fetch(`${workspace.url}/page/nothing`)).status).toBe(404)
    const acted = await gesture(workspace, { do: 'say', as: workspace.botUserId, channel: 'C', text: 'x' })
    expect(acted).toMatchObject({ ok: false, error: expect.stringMatching(/can’t speak as the bot/) })
  })

  it('refuses other sites and other names for this machine', async () => {
    const workspace = await openWorkspace()
    const { people, channels, url } = workspace
    const say = { do: 'say', as: people.dana, channel: channels.general, text: 'from elsewhere' }
    expect(await gesture(workspace, say, { origin: 'https://evil.example' })).toMatchObject({ status: 403, ok: false })
    expect(await gesture(workspace, say, { origin: url })).toMatchObject({ status: 200, ok: true })
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${url}/page/snapshot?as=${people.dana}`, { headers: { host: 'evil.example' } }, answer => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.on('error', reject).end()
    })
    expect(rebound).toBe(403)
  })

  it('leaves other addresses to whoever shares the port', async () => {
    const workspace = await openWorkspace({
      routes: ({ url }, response) => {
        if (url !== '/hello') return false
        response.end('shared')
        return true
      },
    })
    expect(await (await fetch(`${workspace.url}/hello`)).text()).toBe('shared')
    expect((await fetch(`${workspace.url}/elsewhere`)).status).toBe(404)
  })
})

describe('files', () => {
  const png = Buffer.from('89504e470d0a1a0a', 'hex')

  it('go from a person to the bot, which needs its token for them', async () => {
    const workspace = await openWorkspace()
    const { people, channels, url, botToken } = workspace
    const socket = await openSocket(workspace, {})
    const upload = await fetch(`${url}/page/upload?as=${people.mei}&name=${encodeURIComponent('图.png')}`, {
      method: 'POST',
      body: png,
    })
    const { file } = (await upload.json()) as { file: { id: string; mimetype: string } }
    expect(file).toMatchObject({ name: '图.png', mimetype: 'image/png', size: 8 })
    await workspace.do({ do: 'say', as: people.mei, channel: channels.general, text: '', files: [file.id] })
    const event = await workspace.until(() => eventsOf(socket, 'message', 'file_share')[0], 'the file')
    const [shared] = event.files as { url_private: string; url_private_download: string; mode: string }[]
    const address = shared?.url_private ?? ''
    const get = (authorization: string) => fetch(address, { headers: { authorization } })
    const right = await get(`Bearer ${botToken}`)
    expect(Buffer.from(await right.arrayBuffer())).toEqual(png)
    const wrong = await get('Bearer xoxb-wrong')
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const onPage = await fetch(`${url}/page/files/${file.id}`)
    expect(onPage.headers.get('content-security-policy')).toContain('sandbox')
    expect((await createClient(workspace).files.info({ file: file.id })).file?.channels).toEqual([channels.general])
  })

  it('go from the bot into a thread', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const { ts = '' } = await workspace.do({ do: 'say', as: people.dana, channel: channels.general, text: 'send it' })
    const client = createClient(workspace)
    const place = { channel_id: channels.general, thread_ts: ts, initial_comment: 'here' }
    await client.filesUploadV2({ ...place, file: Buffer.from('a,b'), filename: 'report.csv' })
    expect(workspace.messages(channels.general, ts)[1]).toMatchObject({
      text: 'here',
      files: [{ name: 'report.csv', mimetype: 'text/csv', size: 3 }],
    })
  })

  it('downloads can be cut half way', async () => {
    const workspace = await openWorkspace()
    const { people, channels, url, teamId, botToken } = workspace
    const { id } = workspace.upload(people.dana, 'long.txt', Buffer.alloc(1_000, 'x'))
    await workspace.do({ do: 'say', as: people.dana, channel: channels.general, text: 'see', files: [id] })
    workspace.fault({ method: 'file', cut: 'after' })
    const answer = await fetch(`${url}/files-pri/${teamId}-${id}/long.txt`, {
      headers: { authorization: `Bearer ${botToken}` },
    })
    await expect(answer.text()).rejects.toThrow()
  })
})
