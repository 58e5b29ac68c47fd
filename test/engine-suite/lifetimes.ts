// Long because every case of one behaviour stands here.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeOf, type MakeEngine, runsOf, texts, World } from '../support/engine/world.js'

const minute = 60_000
const keeping = { keepLonger: true }

/** How long messages live: chosen for a room, and put off. */
export function describeLifetimes(makeEngine: MakeEngine): void {
  describe('how long messages live', () => {
    test('is chosen by either of the two, for both, and told once', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      expect((await world.engine.readRoom(id, 'ann')).lifetime).toBeNull()
      expect((await world.summary(id, 'ann')).lifetimeMs).toBeNull()
      await world.send(id, 'ann')
      await world.hush()
      for (const userId of ['bob', 'ann'])
        await world.engine.setLifetime(id, userId, { lifetimeMs: 5 * minute, from: 'sent' })
      expect(await world.toldOf(id)).toEqual([
        {
          type: 'lifetime.changed',
          roomId: id,
          to: ['ann', 'bob'],
          version: 3,
          lifetimeMs: 5 * minute,
          from: 'sent',
          byId: 'bob',
          timeline: {
            ...{ id: '1-lifetime-1', what: 'lifetime', lifetimeMs: 5 * minute, from: 'sent', afterSeq: 1, byId: 'bob' },
            ...{ at: world.now(), expiresAt: world.now() + 5 * minute },
          },
          mayLiveFromSeen: true,
          messages: [],
        },
      ])
      for (const userId of ['ann', 'bob']) {
        const { lifetime, version } = await world.engine.readRoom(id, userId)
        expect([lifetime, version]).toEqual([{ lifetimeMs: 5 * minute, from: 'sent', byId: 'bob' }, 3])
        expect((await world.summary(id, userId)).lifetimeMs).toBe(5 * minute)
      }
    })

    test('is applied to each message as it is sent, within what its draft allows', async () => {
      const world = await World.start(makeEngine, { messageTtlMs: 10 * minute })
      const id = await world.open()
      const lives = async (mostLifetimeMs?: number) => {
        const draft = { nonce: String(Math.random()), text: 'x', image: null }
        const bounded = mostLifetimeMs === undefined ? draft : { ...draft, mostLifetimeMs }
        const { message } = await world.engine.sendMessage(id, 'ann', bounded)
        expect(message.expiresAt - message.sentAt).toBe(message.lifetimeMs)
        return message.lifetimeMs / minute
      }
      expect([await lives(), await lives(3 * minute), await lives(30 * minute)]).toEqual([10, 3, 10])
      await world.engine.setLifetime(id, 'bob', { lifetimeMs: 20 * minute, from: 'sent' })
      expect([await lives(), await lives(3 * minute), await lives(30 * minute)]).toEqual([20, 3, 20])
    })

    test('is not told of where it is the server’s own already', async () => {
      const world = await World.start(makeEngine, { messageTtlMs: 10 * minute })
      const id = await world.open()
      await world.engine.setLifetime(id, 'ann', { lifetimeMs: 10 * minute, from: 'sent' })
      expect(await world.told('lifetime.changed')).toEqual([])
      expect(await world.engine.readRoom(id, 'ann')).toMatchObject({ version: 1, lifetime: null })
    })

    test('is nobody else’s to choose, nor to put off', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      await world.send(id, 'ann', { lifetimeMs: minute })
      await world.advance(minute / 2)
      await world.hush()
      for (const [roomId, userId] of [
        [id, 'cat'],
        ['never was', 'ann'],
      ] as const) {
        expect(await codeOf(world.engine.setLifetime(roomId, userId, { lifetimeMs: minute, from: 'sent' }))).toBe(
          'not_found',
        )
        expect(await codeOf(world.engine.keepLonger(roomId, userId))).toBe('not_found')
      }
      await world.harness.settle()
      expect(world.events).toEqual([])
    })

    test.each([
      [39_999, null],
      [40_000, 20_000],
      [90_000, 45_000],
      [5 * minute, 4 * minute],
    ])('is told of a minute before its end, or at half of a short life, or not at all: %i', async (lifetimeMs, at) => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      const sent = await world.send(id, 'ann', { lifetimeMs })
      const { version } = await world.engine.readRoom(id, 'ann')
      await world.advance((at ?? lifetimeMs) - 1)
      expect([await world.told('messages.expiring'), (await world.engine.readRoom(id, 'ann')).expiring]).toEqual([
        [],
        [],
      ])
      await world.advance(1)
      const expected = at === null ? [] : [sent]
      expect((await world.told('messages.expiring')).flatMap(({ messages }) => messages)).toEqual(expected)
      const view = await world.engine.readRoom(id, 'ann')
      expect([view.expiring, view.version]).toEqual([expected, version + (at === null ? 1 : 0)])
    })

    test('is told of once in a while in a busy room, not for every message', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      const start = world.now()
      const warnedAt: number[] = []
      world.engine.subscribe(({ told }) => {
        if (told.some(({ event }) => event.type === 'messages.expiring')) warnedAt.push((world.now() - start) / minute)
      })
      for (let step = 0; step < 120; step += 1) {
        await world.send(id, 'ann', { lifetimeMs: 20 * minute })
        await world.advance(minute / 2)
      }
      expect(warnedAt).toEqual([19, 30, 41, 52])
    })

    test('is told of to nobody who has dismissed the warning, of what lived then', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      const first = await world.send(id, 'ann', { lifetimeMs: 2 * minute, text: 'first' })
      await world.send(id, 'ann', { lifetimeMs: 4 * minute, text: 'second' })
      await world.advance(minute)
      await world.hush()
      for (let time = 0; time < 2; time += 1) await world.engine.dismissWarning(id, 'bob')
      expect(await world.toldOf(id)).toEqual([{ type: 'messages.expiring', roomId: id, to: ['bob'], messages: [] }])
      expect((await world.engine.readRoom(id, 'bob')).expiring).toEqual([])
      expect((await world.engine.readRoom(id, 'ann')).expiring).toEqual([first])
      await world.advance(minute)
      await world.send(id, 'ann', { lifetimeMs: 2 * minute, text: 'third' })
      await world.hush()
      await world.advance(minute)
      expect((await world.told('messages.expiring')).map(({ to, messages }) => [to, texts(messages)])).toEqual([
        [['ann'], ['second', 'third']],
        [['bob'], ['third']],
      ])
      expect(await codeOf(world.engine.dismissWarning(id, 'cat'))).toBe('not_found')
    })

    test('is put off by either, for what is about to go and what would follow, each by its own life, and told once', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const short = await world.send(id, 'ann', { lifetimeMs: 5 * minute, text: 'short', image })
      await world.advance(minute)
      const late = await world.send(id, 'bob', { lifetimeMs: 6 * minute, text: 'late' })
      await world.send(id, 'bob', { lifetimeMs: 10 * minute, text: 'long' })
      await world.engine.keepLonger(id, 'bob')
      expect(await world.told('messages.kept')).toEqual([])
      await world.advance(3 * minute)
      await world.hush()
      await world.engine.keepLonger(id, 'bob')
      await world.engine.keepLonger(id, 'ann')
      const kept = [
        { ...short, expiresAt: short.expiresAt + 5 * minute, keptTimes: 1 },
        { ...late, expiresAt: late.expiresAt + 6 * minute, keptTimes: 1 },
      ]
      expect(await world.toldOf(id)).toEqual([
        {
          type: 'messages.kept',
          roomId: id,
          to: ['ann', 'bob'],
          version: 5,
          reason: 'kept',
          byId: 'bob',
          messages: kept,
          timeline: {
            ...{ id: '3-kept-1', what: 'kept', afterSeq: 3, byId: 'bob', at: world.now() },
            expiresAt: kept[1]?.expiresAt,
          },
        },
      ])
      const { messages, version } = await world.engine.readRoom(id, 'ann')
      expect([texts(messages), messages.slice(0, 2), version]).toEqual([['short', 'late', 'long'], kept, 5])
      await world.advance(6 * minute)
      expect(texts((await world.engine.readRoom(id, 'ann')).messages)).toEqual(['late', 'long'])
      await world.advance(3 * minute)
      expect(texts((await world.engine.readRoom(id, 'ann')).messages)).toEqual([])
      expect(world.notices.filter(({ type }) => type !== 'image.sent')).toEqual([
        { type: 'image.kept', imageId: 'picture', expiresAt: kept[0]?.expiresAt },
        { type: 'messages.removed', imageIds: ['picture'], expiresAt: kept[0]?.expiresAt },
        { type: 'messages.removed', imageIds: [], expiresAt: expect.any(Number) },
        { type: 'messages.removed', imageIds: [], expiresAt: kept[1]?.expiresAt },
      ])
    })

    test('is told of anew after each keeping, and a message that is gone is not kept', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      const { id: taken } = await world.send(id, 'ann', { lifetimeMs: 2 * minute })
      await world.send(id, 'ann', { lifetimeMs: 2 * minute })
      await world.advance(minute)
      await world.engine.removeMessage(id, 'ann', taken)
      await world.engine.keepLonger(id, 'bob')
      await world.advance(2 * minute)
      const told = await world.told('messages.expiring')
      expect(told.map(({ messages }) => messages.map(({ seq }) => seq))).toEqual([[1, 2], [2]])
      world.harness.clock.jump(minute)
      await world.engine.keepLonger(id, 'bob')
      expect(await world.told('messages.kept')).toHaveLength(1)
      expect((await world.engine.readRoom(id, 'bob')).messages).toEqual([])
    })

    test('keeps what is held from the other too, whoever asks', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      await world.keep('bob', { blocked: ['ann'] })
      await world.send(id, 'ann', { lifetimeMs: 2 * minute, text: 'held' })
      await world.keep('bob', {})
      await world.advance(minute)
      await world.engine.keepLonger(id, 'bob')
      await world.advance(minute)
      expect(texts((await world.engine.readRoom(id, 'ann')).messages)).toEqual(['held'])
      expect((await world.engine.readRoom(id, 'bob')).messages).toEqual([])
    })

    test('is never put off where that is off', async () => {
      const world = await World.start(makeEngine)
      const id = await world.openAlone()
      await world.send(id, 'ann', { lifetimeMs: 2 * minute })
      await world.advance(minute)
      await world.engine.keepLonger(id, 'ann')
      await world.advance(minute)
      const types = (await world.toldOf(id)).map(({ type }) => type)
      expect(types).toEqual(['room.opened', 'message.sent', 'message.removed'])
    })

    test('is put off ten times at most, whenever and however often one asks', async () => {
      const waits = fc.array(fc.record({ waitMs: fc.integer({ min: 1, max: 20_000 }), times: fc.nat({ max: 3 }) }), {
        minLength: 1,
        maxLength: 80,
      })
      await fc.assert(
        fc.asyncProperty(waits, async sequence => {
          const world = await World.make(makeEngine, keeping)
          const id = await world.open()
          const { expiresAt } = await world.send(id, 'ann', { lifetimeMs: 40_000 })
          for (const { waitMs, times } of sequence) {
            await world.advance(waitMs)
            for (let time = 0; time < times; time += 1) await world.engine.keepLonger(id, 'bob')
          }
          const kept = await world.told('messages.kept')
          expect(kept.length).toBeLessThanOrEqual(10)
          for (const [index, { messages }] of kept.entries()) {
            expect(messages).toMatchObject([{ expiresAt: expiresAt + 40_000 * (index + 1), keptTimes: index + 1 }])
          }
          await world.advance(11 * 40_000)
          expect(await world.engine.readStats()).toMatchObject({ messages: 0, bytesHeld: 0 })
          await world.engine.stop()
        }),
        { numRuns: runsOf(makeEngine, 60) },
      )
    })
  })
}
