import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { LabelRecord } from '../../src/store/labels.ts'
import { loadSettingsBook } from '../../src/store/settings.ts'
import type { Store } from '../../src/store/store.ts'
import type { StoredChunk } from '../../src/store/summary-chunks.ts'

/** Opens the store of one place, each time as a process that starts does; what is kept there stays. */
export type OpenStore = () => Promise<Store>

/** What every store promises. `openPlace` makes an empty place for one. */
export function storeContract(name: string, openPlace: () => Promise<OpenStore>): void {
  const openNew = async () => (await openPlace())()

  describe(`${name}: settings of people`, () => {
    test('are changed one by one, kept apart by team and person, and forgotten with the person', async () => {
      const open = await openPlace()
      const { personSettings, forgetting } = await open()
      const mine = { teamId: 'T1', user: 'U1' }
      expect(await personSettings.read(mine)).toEqual({})
      await personSettings.change(mine, { voice: 'af_heart', instructions: 'Be brief.' })
      await personSettings.change(mine, { speed: 1.5 })
      await personSettings.change({ ...mine, teamId: 'T2' }, { speed: 2 })
      await personSettings.change({ ...mine, user: 'U2' }, { speed: 0.5 })
      expect(await personSettings.read(mine)).toEqual({ voice: 'af_heart', instructions: 'Be brief.', speed: 1.5 })
      await personSettings.change(mine, { speed: 20, answersClips: true })
      expect(await personSettings.read(mine)).toMatchObject({ voice: 'af_heart', speed: undefined, answersClips: true })
      expect(await forgetting.person('U1')).toMatchObject({ settings: 2 })
      expect(await personSettings.read(mine)).toEqual({})
      expect(await personSettings.read({ ...mine, user: 'U2' })).toEqual({ speed: 0.5 })
    })
  })

  describe(`${name}: turns`, () => {
    test('are there when the store is opened again', async () => {
      const open = await openPlace()
      const first = await open()
      expect(await Promise.all([3, 1, 2].map(number => first.turns.save(turn(number))))).toEqual([true, true, true])
      await first.turns.update('T1:C1:1', { attempts: 1, messages: ['1.5'], shown: 12, postingAt: noon })
      await first.turns.update('T1:C1:3', { state: 'done' })
      await first.close()

      const { turns } = await open()
      const reached = { attempts: 1, messages: ['1.5'], shown: 12, postingAt: noon }
      expect(await turns.load('T1:C1:1')).toMatchObject({ ...turn(1), ...reached, state: 'waiting' })
      expect((await turns.load('T1:C1:3'))?.state).toBe('done')
      expect(await turns.save(turn(2))).toBe(false)
    })

    test('are kept once, also when the same one comes twice at once', async () => {
      const { turns } = await openNew()
      const both = await Promise.all([turns.save(turn(1)), turns.save(turn(2)), turns.save(turn(1))])
      expect(both.toSorted()).toEqual([false, true, true])
      expect(await turns.save(turn(2))).toBe(false)
    })

    test('come back as they were written, with times and counts as numbers', async () => {
      at(noon)
      const { turns } = await openNew()
      await turns.save(turn(1))
      const blank = { attempts: 0, crashes: 0, revision: 1, messages: [], shown: 0, postingAt: undefined }
      expect(await turns.load('T1:C1:1')).toEqual({
        ...turn(1),
        ...blank,
        state: 'waiting',
        savedAt: noon,
        token: 0,
        isFound: false,
      })
      await turns.update('T1:C1:1', { messages: ['1', '2'], shown: 40_000, postingAt: noon, revision: 2, crashes: -1 })
      expect(await turns.load('T1:C1:1')).toMatchObject({ postingAt: noon, shown: 40_000, revision: 2, crashes: -1 })
      await turns.update('T1:C1:1', { postingAt: null, turn: '{}' })
      expect(await turns.load('T1:C1:1')).toMatchObject({ postingAt: undefined, turn: '{}', messages: ['1', '2'] })
      expect(await turns.load('T1:C1:9')).toBeUndefined()
    })

    test('are not changed with an older fencing token', async () => {
      const { turns } = await openNew()
      await turns.save({ ...turn(1), isFound: true })
      expect(await turns.update('T1:C1:1', { shown: 1 }, 0)).toBe(true)
      expect(await turns.update('T1:C1:1', { shown: 2 }, 1)).toBe(false)
      expect(await turns.update('T1:C1:9', { shown: 2 })).toBe(false)
      expect(await turns.load('T1:C1:1')).toMatchObject({ shown: 1, isFound: true })
    })

    test('whose reply is to be looked at once more are found when it is time', async () => {
      const { turns } = await openNew()
      for (const number of [1, 2, 3]) await turns.save(turn(number))
      await turns.update('T1:C1:1', { state: 'done', checkAt: noon })
      await turns.update('T1:C1:2', { state: 'done', checkAt: noon + 1 })
      expect((await turns.takeDueForRecheck(noon)).map(({ id }) => id)).toEqual(['T1:C1:1'])
      // Whoever was given it has a while for it.
      expect(await turns.takeDueForRecheck(noon)).toEqual([])
      await turns.update('T1:C1:1', { checkAt: null })
      expect((await turns.takeDueForRecheck(noon + hour)).map(({ id }) => id)).toEqual(['T1:C1:2'])
    })

    test('are found by their reply and as the newest of a channel or thread, until what is known of them is forgotten', async () => {
      const { turns, forgetting } = await openNew()
      for (const number of [1, 2, 3, 4]) await turns.save({ ...turn(number), threadTs: number === 3 ? '3' : '1' })
      const facts = JSON.stringify({ outcome: 'done', files: [{ name: 'plan.txt', ts: '0.5', by: 'U7' }] })
      for (const number of [1, 2])
        await turns.update(`T1:C1:${number}`, { state: 'done', messages: [`${number}.5`], facts })
      await turns.update('T1:C1:4', { state: 'done', facts: '{"outcome":"explained"}' })
      expect(await turns.findByReply('C1', '2.5')).toMatchObject({ id: 'T1:C1:2', facts })
      expect(await turns.findByReply('C2', '2.5')).toBeUndefined()
      expect((await turns.findNewest('C1', '9'))?.id).toBe('T1:C1:3')
      expect((await turns.findNewest('C1', '9', '1'))?.id).toBe('T1:C1:2')
      expect((await turns.findNewest('C1', '2', '1'))?.id).toBe('T1:C1:1')
      await forgetting.message({ channel: 'C2', ts: '0.5', turnId: 'x', isDeleted: true })
      expect((await turns.load('T1:C1:1'))?.facts).toBe(facts)
      await forgetting.message({ channel: 'C1', ts: '0.5', turnId: 'x', isDeleted: true })
      expect((await turns.load('T1:C1:1'))?.facts).toBeUndefined()
      await turns.update('T1:C1:2', { facts })
      await forgetting.person('U7')
      expect((await turns.load('T1:C1:2'))?.facts).toBeUndefined()
    })

    test('name the threads that were busy of late, the newest first', async () => {
      const { turns } = await openNew()
      const busy = [
        { id: 'a', threadTs: '1', passed: false },
        { id: 'b', threadTs: '2', passed: false },
        { id: 'c', threadTs: '3', passed: true },
        { id: 'd', threadTs: '1', passed: false },
      ]
      for (const [hours, { id, threadTs, passed }] of busy.entries()) {
        at(noon + hours * hour)
        await turns.save({ ...turn(1), id, threadTs })
        if (passed) await turns.update(id, { state: 'passed' })
      }
      const threads = async (since: number, most: number) =>
        (await turns.threadsSince(since, most)).map(({ channel, threadTs }) => `${channel}:${threadTs}`)
      expect(await threads(noon, 10)).toEqual(['C1:1', 'C1:2'])
      expect(await threads(noon, 1)).toEqual(['C1:1'])
      expect(await threads(noon + 2 * hour, 10)).toEqual(['C1:1'])
      expect(await threads(noon + 4 * hour, 10)).toEqual([])
    })

    test('that ended long ago are forgotten, and never one that is unfinished', async () => {
      const { turns } = await openNew()
      for (const number of [1, 2, 3, 4]) await turns.save(turn(number))
      await turns.update('T1:C1:1', { state: 'done' })
      await turns.update('T1:C1:2', { state: 'answering' })
      await turns.update('T1:C1:3', { state: 'stopping' })
      expect(await turns.prune(Date.now() - hour)).toBe(0)
      expect(await turns.prune(Date.now() + hour)).toBe(1)
      const left = await Promise.all([1, 2, 3, 4].map(number => turns.load(`T1:C1:${number}`)))
      expect(left.map(row => row?.state)).toEqual([undefined, 'answering', 'stopping', 'waiting'])
    })
  })

  describe(`${name}: what people write`, () => {
    const texts = {
      Chinese: '登录后页面一直空白，𠮷野家、龘',
      emoji: '👩‍👩‍👧‍👦 🇨🇳 👍🏽',
      'quotes and signs': `it's "so" \\ \`\` %_ $1 ? ; -- \n\t\r\n{"a":'b'}`,
      nothing: '',
      blanks: '  ',
      'what looks like a number': '1e3',
    }
    test.each(Object.entries(texts))('comes back to the letter: %s', async (_, text) => {
      const store = await openNew()
      await store.turns.save({ ...turn(1), turn: text })
      await store.labels.save({ ...label('a'), text, labels: [{ kind: 'bug', quote: text, reason: text }] })
      await store.settings.write('C1', text)
      expect((await store.turns.load('T1:C1:1'))?.turn).toBe(text)
      expect(await store.labels.read('a')).toMatchObject({ text, labels: [{ quote: text, reason: text }] })
      expect(await store.settings.all()).toEqual([{ channel: 'C1', settings: text }])
    })

    test('may be very long', async () => {
      const store = await openNew()
      const text = '很长 long '.repeat(100_000 / 8)
      await store.turns.save({ ...turn(1), turn: text })
      await store.labels.save({ ...label('a'), text })
      expect((await store.turns.load('T1:C1:1'))?.turn).toBe(text)
      expect((await store.labels.read('a'))?.text).toBe(text)
    })

    test('loses the NUL character, and nothing else', async () => {
      const open = await openPlace()
      const store = await open()
      const text = 'before\u0000 and after\u0000'
      expect(await store.turns.save({ ...turn(1), turn: text })).toBe(true)
      await store.turns.update('T1:C1:1', { turn: `${text}!` })
      await store.labels.save({ ...label('a'), text, labels: [{ kind: 'bug', quote: text, reason: '' }] })
      expect(await store.outbox.save(command('q', { text }))).toBe(true)
      expect((await store.turns.load('T1:C1:1'))?.turn).toBe('before and after!')
      expect(await store.labels.read('a')).toMatchObject({ text: 'before and after', labels: [{ quote: text }] })
      expect(store.isPersistent).toBe(true)
      await store.close()
      expect((await left((await open()).outbox)).map(({ payload }) => payload)).toEqual([{ text: 'before and after' }])
    })
  })

  describe(`${name}: commands and thumbs`, () => {
    test('a command that a process leaves is the next one’s, the oldest first, until it is removed', async () => {
      const open = await openPlace()
      const first = await open()
      const saved = ['z', 'a', 'm'].map((id, index) => ({ ...command(id), savedAt: noon + index }))
      for (const one of saved) expect(await first.outbox.save(one)).toBe(true)
      await first.outbox.remove('a')
      await first.outbox.remove('a')
      await first.close()
      const second = await open()
      expect(await left(second.outbox)).toEqual([saved[0], saved[2]])
      await second.outbox.remove('z')
      await second.close()
      expect((await left((await open()).outbox)).map(({ id }) => id)).toEqual(['m'])
    })

    test('a command is saved once, whatever else has its id', async () => {
      const { outbox } = await openNew()
      const fact = { name: 'told', value: '2026-11-28' }
      const once = (id: string, value = fact.value) => outbox.saveOnce(command(id), { ...fact, value })
      expect((await Promise.all(['x', 'y'].map(id => once(id)))).toSorted()).toEqual([false, true])
      expect([await once('z', '2026-11-27'), await once('z', '2026-11-29')]).toEqual([false, true])
      const saving = [1, 2, 3].map(number => outbox.save(command('a', { number })))
      expect((await Promise.all(saving)).toSorted()).toEqual([false, false, true])
    })

    test('a command in quarantine is nobody’s any more', async () => {
      const open = await openPlace()
      const first = await open()
      for (const id of ['bad', 'good']) await first.outbox.save(command(id))
      await first.outbox.quarantine('bad')
      await first.close()
      expect((await left((await open()).outbox)).map(({ id }) => id)).toEqual(['good'])
    })

    test('of each person the last thumb counts', async () => {
      const { ratings } = await openNew()
      await ratings.rate('t', 'U1', 'up')
      await ratings.rate('t', 'U2', 'up')
      await ratings.rate('t', 'U1', 'down')
      await ratings.rate('other', 'U1', 'up')
      expect((await ratings.of('t')).toSorted((a, b) => (a.user < b.user ? -1 : 1))).toEqual([
        { user: 'U1', rating: 'down' },
        { user: 'U2', rating: 'up' },
      ])
    })

    test('the reason for a thumb down counts until its person takes that back, and nobody gives it for another', async () => {
      const { ratings } = await openNew()
      for (const [turn, user] of ['tU1', 'tU2', 'uU1'].map(one => [one[0] ?? '', one.slice(1)] as const))
        await ratings.rate(turn, user, 'down')
      await ratings.rate('t', 'U3', 'up')
      expect(await ratings.explain('t', 'U1', 'wrong')).toBe(true)
      expect(await ratings.explain('u', 'U1', 'wrong')).toBe(true)
      expect(await ratings.explain('t', 'U2', 'too_long')).toBe(true)
      for (const user of ['U3', 'U4']) expect(await ratings.explain('t', user, 'other')).toBe(false)
      await ratings.rate('t', 'U2', 'up')
      const counts = await ratings.count()
      expect(counts.toSorted((a, b) => (a.rating < b.rating ? -1 : 1))).toEqual([
        { rating: 'down', reason: 'wrong', count: 2 },
        { rating: 'up', reason: null, count: 2 },
      ])
    })
  })

  describe(`${name}: labels`, () => {
    test('a text comes back with its labels', async () => {
      const { labels } = await openNew()
      await labels.save(label('a'))
      expect(await labels.read('a')).toEqual(label('a'))
      await labels.save({ ...label('b'), labels: [], state: 'failed' })
      expect(await labels.read('b')).toMatchObject({ state: 'failed', labels: [] })
      expect(await labels.read('none')).toBeUndefined()
    })

    test('a correction is undone to what the model said, however often it was corrected', async () => {
      const { labels } = await openNew()
      await labels.save(label('a'))
      for (const kind of ['complaint', 'other']) await labels.correct('a', 'U2', [{ kind, reason: '' }])
      const corrected = { labels: [{ kind: 'other', reason: '' }], correctedBy: 'U2', modelLabels: label('a').labels }
      expect(await labels.read('a')).toEqual({ ...label('a'), ...corrected })
      expect(await labels.corrected(2)).toHaveLength(1)
      await labels.undoCorrection('a')
      expect(await labels.read('a')).toEqual(label('a'))
      expect(await labels.corrected(2)).toEqual([])
    })

    test('a text of a message has the message’s time, to the millisecond', async () => {
      const { labels } = await openNew()
      const saidAt = noon + 0.1
      await labels.save({ ...label('a'), saidAt })
      await labels.save({ ...label('a'), saidAt })
      await labels.save({ ...label('b'), saidAt: saidAt + 0.8 })
      const found = await labels.between({ from: saidAt, to: saidAt + 0.5 }, 'C1', undefined)
      expect(found.map(one => [one.id, one.saidAt]).toSorted()).toEqual([
        ['a', noon],
        ['b', noon],
      ])
    })

    test('a text that is labelled again keeps who handed it over, and where it stands', async () => {
      const { labels } = await openNew()
      await labels.save({ ...label('a'), isShared: false })
      await labels.share('a')
      await labels.save({ ...label('a'), text: 'newer', askedBy: undefined, isShared: false })
      expect(await labels.read('a')).toEqual({ ...label('a'), text: 'newer', askedBy: 'U1', isShared: true })
    })

    test('a report finds what was said in its time, of its channel, that its reader may see', async () => {
      const { labels } = await openNew()
      const said = [
        { id: 'late', saidAt: noon + 20 },
        { id: 'early', saidAt: noon },
        { id: 'before', saidAt: noon - 1 },
        { id: 'after', saidAt: noon + 21 },
        { id: 'elsewhere', saidAt: noon + 5, channel: 'C2' },
        { id: 'private', saidAt: noon + 6, isShared: false },
        { id: 'private-of-another', saidAt: noon + 7, isShared: false, askedBy: 'U2' },
        { id: 'blank', saidAt: noon + 8, labels: [] },
        { id: 'failed', saidAt: noon + 9, state: 'failed' as const },
      ]
      for (const one of said) await labels.save({ ...label(one.id), ...one })
      const found = async (channel?: string, reader?: string) =>
        (await labels.between({ from: noon, to: noon + 20 }, channel, reader)).map(({ id }) => id)
      expect(await found()).toEqual(['early', 'elsewhere', 'private', 'private-of-another', 'late'])
      expect(await found('C1')).toEqual(['early', 'private', 'private-of-another', 'late'])
      expect(await found('C1', 'U1')).toEqual(['early', 'private', 'late'])
      expect(await found('C2', 'U3')).toEqual(['elsewhere'])
    })

    test('the newest corrections are given, those of a moment ago among them', async () => {
      const { labels } = await openNew()
      const corrected = async () =>
        (await labels.corrected(2)).map(({ id, correctedBy, labels: [one] }) => [id, correctedBy, one?.kind])
      for (const id of ['a', 'b', 'c', 'd']) await labels.save(label(id))
      expect(await corrected()).toEqual([])
      for (const [index, id] of ['c', 'a', 'b'].entries()) {
        at(noon + index)
        await labels.correct(id, 'U2', [{ kind: 'complaint', reason: '' }])
      }
      expect(await corrected()).toEqual([
        ['b', 'U2', 'complaint'],
        ['a', 'U2', 'complaint'],
      ])
      at(noon + 3)
      await labels.correct('c', 'U3', [{ kind: 'other', reason: '' }])
      expect((await corrected())[0]).toEqual(['c', 'U3', 'other'])
    })
  })

  describe(`${name}: channels and facts`, () => {
    test('a channel has the settings that it was given last', async () => {
      const { settings } = await openNew()
      await settings.write('C1', '{"emoji":"a"}')
      await settings.write('C2', '{}')
      await settings.write('C1', '{"emoji":"b"}')
      expect((await settings.all()).toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
        { channel: 'C1', settings: '{"emoji":"b"}' },
        { channel: 'C2', settings: '{}' },
      ])
    })

    test('a fact is what was written last', async () => {
      const open = await openPlace()
      const first = await open()
      expect(await first.facts.read('heard_at')).toBeUndefined()
      await first.facts.write('heard_at', '1')
      await first.facts.write('heard_at', '1764000000.000100')
      await first.close()
      expect(await (await open()).facts.read('heard_at')).toBe('1764000000.000100')
    })
  })

  describe(`${name}: parts of summaries`, () => {
    test('are found again by what they cover, and joins by their ids alone', async () => {
      const { parts } = await openNew()
      await parts.keep(part('a'))
      await parts.keep({ ...part('a'), result: '["newer"]' })
      await parts.keep(join)
      await parts.keep({ ...part('other-scope'), scope: 'gpt:en' })
      await parts.keep({ ...part('other-channel'), channel: 'C2' })
      expect(await parts.find('C1', 'gpt:zh')).toEqual([{ ...part('a'), result: '["newer"]' }])
      expect(await parts.read('j')).toEqual(join)
      expect(await parts.read('none')).toBeUndefined()
      await parts.forget([])
      await parts.forget(['a', 'j'])
      expect(await parts.read('a')).toBeUndefined()
      expect(await parts.read('j')).toBeUndefined()
    })

    test('that cover a deleted message go, and every join of that channel with them', async () => {
      const { parts } = await openNew()
      await parts.keep(part('hit', '1764000000.000100'))
      await parts.keep(part('near', '1764000000.0001001'))
      await parts.keep(join)
      await parts.keep({ ...part('other-channel', '1764000000.000100'), channel: 'C2' })
      await parts.keep({ ...join, id: 'other-join', channel: 'C2' })
      await parts.forgetMessage('C1', '1764000000.000100')
      const left = await Promise.all(['hit', 'near', 'j', 'other-channel', 'other-join'].map(id => parts.read(id)))
      expect(left.map(one => one?.id)).toEqual([undefined, 'near', undefined, 'other-channel', 'other-join'])
    })

    test('go when they were of no use for long', async () => {
      const { parts } = await openNew()
      at(noon)
      for (const id of ['a', 'b']) await parts.keep(part(id))
      at(noon + hour)
      await parts.touch([])
      await parts.touch(['b'])
      await parts.prune(noon + 1)
      expect((await parts.find('C1', 'gpt:zh')).map(({ id }) => id)).toEqual(['b'])
    })
  })

  describe(`${name}: the models of threads`, () => {
    test('count for the thread, else for all of a direct conversation; who chose is forgotten with them', async () => {
      const { threadModels, forgetting } = await openNew()
      await threadModels.choose({ channel: 'D1', threadTs: '' }, { model: 'wide', person: 'U1' })
      await threadModels.choose({ channel: 'D1', threadTs: '1.0' }, { model: 'first', person: 'U2' })
      await threadModels.choose({ channel: 'D1', threadTs: '1.0' }, { model: 'narrow', person: 'U2' })
      const read = () => Promise.all(['1.0', '2.0'].map(threadTs => threadModels.read({ channel: 'D1', threadTs })))
      expect(await read()).toEqual(['narrow', 'wide'])
      await forgetting.person('U1')
      expect(await read()).toEqual(['narrow', undefined])
    })
  })

  describe(`${name}: usage`, () => {
    const used = (person: string, cost: number) => ({
      ...{ day: '2026-11-28', person, channel: 'C1', feature: 'chat', model: 'm' },
      ...{ calls: 1, estimated: 0, tokens_in: 100, tokens_cached: 40, tokens_out: 20, tokens_reasoning: 5, cost },
    })
    const now = Date.parse('2026-11-28T12:00:00Z')

    test('is added up by day, person, channel, feature and model', async () => {
      const { usage } = await openNew()
      await usage.settle(used('U1', 7), { since: now })
      await usage.settle(used('U1', 8), { since: now })
      await usage.settle(used('U2', 1), { since: now })
      await usage.settle({ ...used('U1', 100), day: '2026-11-02' }, { since: now })
      await usage.settle({ ...used('U1', 1_000), day: '2026-10-31' }, { since: now })
      expect(await usage.between('2026-11-28', '2026-11-30')).toEqual([
        { ...used('U1', 15), calls: 2, tokens_in: 200, tokens_cached: 80, tokens_out: 40, tokens_reasoning: 10 },
        used('U2', 1),
      ])
      expect(await usage.spent('U1', now)).toEqual({ personDay: 15, personMonth: 115, day: 16, month: 116 })
    })

    test('of a person who is forgotten stays, without their name', async () => {
      const { usage, forgetting, settings } = await openNew()
      for (const person of ['U1', 'U1', 'U2', '']) await usage.settle(used(person, 1), { since: now })
      await settings.write('policy:T1', JSON.stringify({ model: 'm', changedBy: 'U1' }))
      const book = await loadSettingsBook(settings, z.object({ changedBy: z.string().optional() }), 'policy:')
      await forgetting.person('U1')
      expect(await settings.all()).toEqual([{ channel: 'policy:T1', settings: '{"model":"m","changedBy":""}' }])
      expect(book.of('T1').changedBy).toBe('')
      // A request that was in flight meanwhile.
      await usage.settle(used('U1', 1), { since: 0 })
      const left = await usage.between('2026-11-28', '2026-11-28')
      expect(left.map(({ person, cost }) => [person, cost]).toSorted()).toEqual([
        ['', 4],
        ['U2', 1],
      ])
    })

    test('of nobody in particular is bound by the budgets of all alone, not by a person’s', async () => {
      const { usage } = await openNew()
      for (const person of ['', 'U1']) await usage.settle(used(person, 20), { since: now })
      const ask = (person: string, budgets: object) => usage.reserve({ person, cost: 10 }, budgets, now)
      expect((await ask('U1', { personDay: 25 })).exceeded).toBe('personDay')
      expect((await ask('', { personDay: 25, personMonth: 25, day: 55 })).exceeded).toBeUndefined()
      expect((await ask('', { personDay: 25, day: 55 })).exceeded).toBe('day')
    })

    test('of requests side by side never exceeds a budget; one that crashed holds it for half an hour', async () => {
      const { usage } = await openNew()
      const ask = (person: string) => usage.reserve({ person, cost: 10 }, { personDay: 25, month: 60 }, now)
      const asked = await Promise.all(['U1', 'U1', 'U1', 'U1', 'U2', 'U2', 'U3', 'U3', 'U3'].map(ask))
      expect(asked.map(({ exceeded = 'no' }) => exceeded).toSorted()).toEqual([
        ...['no', 'no', 'no', 'no', 'no', 'no', 'personDay', 'personDay', 'personDay'],
      ])
      expect((await ask('U4')).exceeded).toBe('month')
      // Which of the four are within the budget is chance.
      const within = asked.slice(0, 4).find(({ id }) => id !== undefined)
      await usage.settle(used('U1', 4), { reservation: within?.id, since: now })
      expect((await ask('U1')).exceeded).toBe('month')
      const later = now + 31 * 60_000
      expect((await usage.reserve({ person: 'U1', cost: 10 }, { personDay: 25 }, later)).id).toBeDefined()
      expect((await usage.reserve({ person: 'U1', cost: 12 }, { personDay: 25 }, later)).exceeded).toBe('personDay')
    })
  })

  describe(`${name}: digests`, () => {
    test('are listed for their person, the oldest first, until they are ended', async () => {
      const { digests } = await openNew()
      for (const [index, id] of ['z', 'a', 'm'].entries()) {
        at(noon + index)
        await digests.add(digest(id))
      }
      await digests.add({ ...digest('other'), user: 'U2' })
      expect(await digests.of('U1')).toEqual(['z', 'a', 'm'].map(id => digest(id)))
      await digests.end('a')
      expect((await digests.of('U1')).map(({ id }) => id)).toEqual(['z', 'm'])
    })

    test('are due at their time, and it is known when the next one is', async () => {
      const { digests } = await openNew()
      expect(await digests.due(noon)).toEqual({ due: [], nextAt: undefined })
      for (const hours of [3, 1, 2]) await digests.add(digest(`in ${hours}`, noon + hours * hour))
      const { due, nextAt } = await digests.due(noon + 2 * hour)
      expect(due.map(({ id }) => id)).toEqual(['in 1', 'in 2'])
      expect(nextAt).toBe(noon + 3 * hour)
    })

    test('are asked for once each time, whoever else sees that they are due', async () => {
      const open = await openPlace()
      const first = await open()
      const { digests } = first
      await digests.add(digest('d'))
      const ask = (number: number) => digests.ask(digest('d'), noon + hour, command(`q${number}`))
      expect((await Promise.all([1, 2, 3].map(ask))).toSorted()).toEqual([false, false, true])
      expect((await digests.of('U1'))[0]?.nextAt).toBe(noon + hour)
      expect(await digests.ask(digest('none'), noon, command('q'))).toBe(false)
      await first.close()
      expect(await left((await open()).outbox)).toHaveLength(1)
    })

    test('tell from where a person was told last, and another answer tells the same again', async () => {
      const { digests } = await openNew()
      const told = (turn: string) => digests.readTold('U1', 'C1', turn)
      expect(await told('t1')).toBeUndefined()
      await digests.writeTold('U1', 'C1', 't1', '100.1')
      expect(await told('t1')).toBeUndefined()
      expect(await told('t2')).toBe('100.1')
      await digests.writeTold('U1', 'C1', 't2', '200.1')
      await digests.writeTold('U1', 'C1', 't2', '200.2')
      expect(await told('t2')).toBe('100.1')
      expect(await told('t3')).toBe('200.2')
      expect(await digests.readTold('U2', 'C1', 't3')).toBeUndefined()
    })

    test('remember where a summary was posted', async () => {
      const { digests } = await openNew()
      expect(await digests.readPosted('t1')).toBeUndefined()
      await digests.writePosted('t1', 'C1', '1764000000.000100')
      expect(await digests.readPosted('t1')).toEqual({ channel: 'C1', ts: '1764000000.000100' })
    })
  })

  test(`${name}: says that what it is given stays, and closes twice`, async () => {
    const store = await openNew()
    expect(store.isPersistent).toBe(true)
    await store.close()
    await store.close()
  })

  afterEach(() => void vi.useRealTimers())
}

const hour = 3_600_000
/** Beyond what 32 bits hold, as every time is. */
const noon = 1_764_000_000_000

/** Sets the clock that is read, and lets timers run as they do. */
function at(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: ms })
}

/** What a process that has just ended has left; others may see for a moment that it is still there. */
async function left<T>(records: { takeOver(): Promise<T[]> }): Promise<T[]> {
  let found: T[] = []
  await expect.poll(async () => (found = await records.takeOver()), { interval: 20 }).not.toEqual([])
  return found
}

/** The unfinished turn that the tests of migrations insert. */
export const migratedTurn = { id: 'T1:C1:1', state: 'waiting', turn: '{}', crashes: 1, revision: 2, messages: ['1.5'] }

/** A turn as it comes. */
export const turn = (number: number) => ({
  id: `T1:C1:${number}`,
  channel: 'C1',
  threadTs: '1',
  ts: String(number),
  turn: `{"question":${number}}`,
})

const command = (id: string, payload: unknown = { of: id }) => ({ id, kind: 'ask', payload, savedAt: noon })

const label = (id: string): LabelRecord => ({
  id,
  state: 'done',
  channel: 'C1',
  ts: '1764000000.000100',
  threadTs: '1764000000.000100',
  text: '登录失败',
  askedBy: 'U1',
  isShared: true,
  labels: [{ kind: 'bug', quote: '失败', reason: 'it fails', confidence: 0.9 }],
  version: '1',
  model: 'gpt-4o',
  correctedBy: undefined,
  saidAt: noon,
})

const part = (id: string, ts = '1764000000.000100'): StoredChunk => ({
  id,
  channel: 'C1',
  scope: 'gpt:zh',
  covers: [[ts, 'fingerprint']],
  result: '["point"]',
})

const join: StoredChunk = { ...part('j'), covers: [['a', '']] }

const digest = (id: string, nextAt = noon) => ({
  id,
  user: 'U1',
  pattern: '0 9 * * 1-5',
  timeZone: 'Asia/Shanghai',
  question: '#general 有什么新消息',
  title: '工作日 9:00',
  nextAt,
})
