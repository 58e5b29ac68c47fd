// Long because every case of one behaviour stands here.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message, RoomId, RoomView, WindowAsk } from '#src/chat/engine.js'
import { type MakeEngine, runsOf, World } from '../support/engine/world.js'

const dayMs = 86_400_000
const mebibyteBytes = 1_048_576
/** 400,000 bytes as UTF-8: of two of these a third makes more than a mebibyte. */
const long = 'é'.repeat(200_000)

type PageAsk = Extract<WindowAsk, { of: 'page' }>

/** What a window must hold, found by looking at every message that the person may see. */
function foresee(all: readonly Message[], seen: number, readerId: string, ask: WindowAsk): Message[] | 'visit' {
  const bytesOf = (messages: readonly Message[]) =>
    messages.reduce((sum, { text, image }) => sum + Buffer.byteLength(text + (image?.alt ?? '')), 0)
  const firstOf = (messages: readonly Message[], limit: number) => {
    let count = Math.min(limit, messages.length)
    while (count > 1 && bytesOf(messages.slice(0, count)) > mebibyteBytes) count -= 1
    return messages.slice(0, count)
  }
  const lastOf = (messages: readonly Message[], limit: number) => firstOf(messages.toReversed(), limit).toReversed()
  switch (ask.of) {
    case 'newest':
      return lastOf(all, ask.limit)
    case 'before':
      return lastOf(
        all.filter(({ seq }) => seq < ask.seq),
        ask.limit,
      )
    case 'after':
      return firstOf(
        all.filter(({ seq }) => seq > ask.seq),
        ask.limit,
      )
    case 'visit': {
      const newest = lastOf(all, 100)
      const firstUnread = all.findIndex(({ seq, senderId }) => senderId !== readerId && seq > seen)
      const isAllThere = firstUnread === -1 || firstUnread >= all.length - newest.length
      return isAllThere ? newest : firstOf(all.slice(firstUnread), 200)
    }
    case 'page': {
      const upTo = ask.isOpenEnded ? all : all.filter(({ seq }) => seq <= ask.to)
      const given = lastOf(upTo, 200)
      const isCutShort = upTo.slice(0, upTo.length - given.length).some(({ seq }) => seq > ask.to)
      return isCutShort ? 'visit' : given.filter(({ seq }) => seq >= ask.from)
    }
  }
}

const rangeOf = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Windows of a room's messages: which are given, and what is said of the others. */
export function describeWindows(makeEngine: MakeEngine): void {
  /** A room of ann and bob with messages of ann's in it, which live for a day unless told. */
  async function start(count: number, lifetimeOf: (index: number) => number = () => dayMs) {
    const world = await World.start(makeEngine)
    const id = await world.open()
    const sent: Message[] = []
    for (let index = 0; index < count; index += 1) {
      sent.push(await world.send(id, 'ann', { text: String(index + 1), lifetimeMs: lifetimeOf(index) }))
    }
    const read = (ask?: WindowAsk, userId = 'bob') => world.engine.readRoom(id, userId, ask)
    const see = (seq: number) => world.engine.moveCursor(id, 'bob', 'seen', sent[seq - 1]?.id ?? '')
    return { world, id, sent, read, see }
  }
  const seqs = ({ messages }: RoomView) => messages.map(({ seq }) => seq)
  const sum = (view: RoomView) => [seqs(view).at(0), seqs(view).at(-1), view.messages.length]
  const rest = ({ previous, later, survivors, newestSeq }: RoomView) => [
    previous?.seq ?? null,
    later,
    survivors,
    newestSeq,
  ]

  describe('a window', () => {
    test('of a visit is the newest hundred when they hold all that is unread', async () => {
      const { read, see } = await start(250)
      await see(150)
      const view = await read()
      expect(sum(view)).toEqual([151, 250, 100])
      expect(rest(view)).toEqual([150, 0, null, 250])
      expect(await read({ of: 'visit' })).toEqual(view)
    })

    test('of a visit begins with what is unread where that is more, and ends after two hundred', async () => {
      const { read, see } = await start(450)
      await see(149)
      const view = await read()
      expect(sum(view)).toEqual([150, 349, 200])
      expect(rest(view)).toEqual([149, 101, null, 450])
      expect(sum(await read(undefined, 'ann'))).toEqual([351, 450, 100])
    })

    test('holds as many as asked for, next to a message on either side of it', async () => {
      const { read } = await start(50)
      expect(seqs(await read({ of: 'newest', limit: 3 }))).toEqual([48, 49, 50])
      const before = await read({ of: 'before', seq: 10, limit: 3 })
      expect([seqs(before), ...rest(before)]).toEqual([[7, 8, 9], 6, 41, null, 50])
      const after = await read({ of: 'after', seq: 10, limit: 3 })
      expect([seqs(after), ...rest(after)]).toEqual([[11, 12, 13], 10, 37, null, 50])
      expect(sum(await read({ of: 'before', seq: 5, limit: 100 }))).toEqual([1, 4, 4])
      expect(sum(await read({ of: 'after', seq: 48, limit: 100 }))).toEqual([49, 50, 2])
    })

    test('in which nothing lives still says what stands before it and after it', async () => {
      const { world, read } = await start(9, index => (index >= 3 && index < 6 ? 1_000 : dayMs))
      await world.advance(1_000)
      expect(await read({ of: 'before', seq: 1, limit: 5 })).toMatchObject({ messages: [], previous: null, later: 6 })
      const after = await read({ of: 'after', seq: 9, limit: 5 })
      expect([after.messages, ...rest(after)]).toEqual([[], 9, 0, null, 9])
      const page = await read({ of: 'page', isOpenEnded: false, from: 4, to: 6 })
      expect([page.messages, ...rest(page)]).toEqual([[], 3, 3, [{ from: 1, to: 3 }], 9])
      for (const seq of [1, 2, 3, 7, 8, 9]) {
        const [message] = (await read({ of: 'after', seq: seq - 1, limit: 1 })).messages
        await world.engine.removeMessage(message?.roomId ?? '', 'ann', message?.id ?? '')
      }
      for (const ask of [{ of: 'visit' }, { of: 'page', isOpenEnded: true, from: 1, to: 9 }] as const) {
        expect(await read(ask)).toMatchObject({ messages: [], previous: null, later: 0, newestSeq: 0 })
      }
    })

    test('ends after a mebibyte of text, with at least one message in it', async () => {
      const { world, id, read } = await start(0)
      for (let count = 0; count < 6; count += 1) await world.send(id, 'ann', { text: long, lifetimeMs: dayMs })
      expect(seqs(await read({ of: 'newest', limit: 100 }))).toEqual([5, 6])
      expect(seqs(await read({ of: 'after', seq: 0, limit: 100 }))).toEqual([1, 2])
      expect(seqs(await read({ of: 'before', seq: 4, limit: 100 }))).toEqual([2, 3])
      expect(seqs(await read())).toEqual([1, 2])
      const image = { id: 'picture', width: 1, height: 1, alt: long.repeat(3) }
      await world.send(id, 'ann', { image, lifetimeMs: dayMs })
      expect(seqs(await read({ of: 'newest', limit: 100 }))).toEqual([7])
    })

    test('of a page gives the newest two hundred of what it shows, and which of those before them live', async () => {
      const { world, sent, read } = await start(300)
      await world.engine.removeMessage(sent[19]?.roomId ?? '', 'ann', sent[19]?.id ?? '')
      const view = await read({ of: 'page', isOpenEnded: true, from: 1, to: 290 })
      expect(sum(view)).toEqual([101, 300, 200])
      const survivors = [
        { from: 1, to: 19 },
        { from: 21, to: 100 },
      ]
      expect(rest(view)).toEqual([100, 0, survivors, 300])
    })

    test('of a page that ends before the newest message stays within its bounds', async () => {
      const { read } = await start(300)
      const view = await read({ of: 'page', isOpenEnded: false, from: 51, to: 150 })
      expect(sum(view)).toEqual([51, 150, 100])
      expect(rest(view)).toEqual([50, 150, [{ from: 1, to: 50 }], 300])
    })

    test('of a page is a visit when more than two hundred came since', async () => {
      const { read, see } = await start(301)
      await see(301)
      const page = { of: 'page', isOpenEnded: true, from: 1, to: 100 } as const
      expect(await read(page)).toEqual(await read())
      expect(sum(await read({ ...page, to: 101 }))).toEqual([102, 301, 200])
    })

    test('holds nothing that is held from the reader, nor says a word of it', async () => {
      const { world, id, read } = await start(3)
      await world.keep('bob', { blocked: ['ann'] })
      for (let count = 0; count < 4; count += 1) await world.send(id, 'ann', { lifetimeMs: dayMs })
      await world.keep('bob', {})
      await world.send(id, 'ann', { lifetimeMs: dayMs })
      const view = await read({ of: 'newest', limit: 2 })
      expect([seqs(view), ...rest(view)]).toEqual([[3, 8], 2, 0, null, 8])
      expect((await read({ of: 'before', seq: 8, limit: 1 })).later).toBe(1)
      expect(seqs(await read({ of: 'after', seq: 3, limit: 9 }))).toEqual([8])
      expect(seqs(await read({ of: 'newest', limit: 2 }, 'ann'))).toEqual([7, 8])
    })

    test('is what looking at every message would find, whatever was sent, is gone or is held', async () => {
      const message = fc.record({
        senderId: fc.constantFrom('ann', 'ann', 'bob'),
        isShort: fc.boolean(),
        isHeld: fc.boolean(),
        isLong: fc.integer({ min: 0, max: 60 }).map(roll => roll === 0),
        times: fc.constantFrom(1, 1, 3, 40),
      })
      const place = fc.nat({ max: 420 })
      const limit = fc.integer({ min: 1, max: 200 })
      const ask: fc.Arbitrary<WindowAsk> = fc.oneof(
        fc.record({ of: fc.constant('visit' as const) }),
        fc.record({ of: fc.constant('newest' as const), limit }),
        fc.record({ of: fc.constantFrom('before' as const, 'after' as const), seq: place, limit }),
        fc
          .record({ isOpenEnded: fc.boolean(), from: place, length: place })
          .map(({ from, length, isOpenEnded }): PageAsk => ({ of: 'page', isOpenEnded, from, to: from + length })),
      )
      const asks = fc.array(ask, { minLength: 10, maxLength: 10 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(message, { maxLength: 30 }),
          fc.nat({ max: 400 }),
          asks,
          async (batches, seen, all) => {
            const world = await World.make(makeEngine)
            try {
              const id = await world.open()
              const sent: Message[] = []
              const held = new Set<string>()
              for (const { senderId, isHeld, isLong, isShort, times } of batches) {
                if (isHeld) await world.keep(senderId === 'ann' ? 'bob' : 'ann', { blocked: [senderId] })
                for (let time = 0; time < times; time += 1) {
                  const draft = { text: isLong ? long : 'short', lifetimeMs: isShort && time !== 1 ? 1_000 : dayMs }
                  const message = await world.send(id, senderId, draft)
                  sent.push(message)
                  if (isHeld) held.add(message.id)
                }
                for (const userId of ['ann', 'bob']) await world.keep(userId, {})
              }
              await world.engine.moveCursor(id, 'bob', 'seen', sent[seen]?.id ?? '')
              await world.advance(1_000)
              await compareAll(world, id, sent, held, all)
            } finally {
              await world.engine.stop()
            }
          },
        ),
        { numRuns: runsOf(makeEngine, 40) },
      )
    })
  })

  async function compareAll(
    world: World,
    id: RoomId,
    sent: readonly Message[],
    held: ReadonlySet<string>,
    asks: readonly WindowAsk[],
  ) {
    for (const readerId of ['ann', 'bob']) {
      const living = sent.filter(({ expiresAt }) => expiresAt > world.now())
      const all = living.filter(message => !held.has(message.id) || message.senderId === readerId)
      for (const ask of asks) {
        const view = await world.engine.readRoom(id, readerId, ask)
        const found = foresee(all, view.mine.seen, readerId, ask)
        const isVisit = found === 'visit'
        const given = isVisit ? foresee(all, view.mine.seen, readerId, { of: 'visit' }) : found
        expect(view.messages).toEqual(given)
        expect(view.newestSeq).toBe(all.at(-1)?.seq ?? 0)
        expect(view.survivors === null).toBe(ask.of !== 'page' || isVisit)
        const [first, last] = [view.messages[0], view.messages.at(-1)]
        if (first && last) {
          expect(view.previous).toEqual(all.findLast(({ seq }) => seq < first.seq) ?? null)
          expect(view.later).toBe(all.filter(({ seq }) => seq > last.seq).length)
        }
        if (view.survivors === null) continue
        const survivors = view.survivors.flatMap(({ from, to }) => rangeOf(from, to))
        const mayStand = all.filter(({ seq }) => view.previous !== null && seq <= view.previous.seq)
        const isSeen = new Set(all.map(({ seq }) => seq))
        expect(survivors.filter(seq => isSeen.has(seq))).toEqual(mayStand.map(({ seq }) => seq))
        const isLiving = new Set(living.map(({ seq }) => seq))
        expect(survivors.filter(seq => !isLiving.has(seq))).toEqual([])
      }
    }
  }
}
