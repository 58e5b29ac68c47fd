// Long because every case of one behaviour stands here.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeOf, type MakeEngine, texts, World } from '../support/engine/world.js'

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
      for (const userId of ['bob', 'ann']) await world.engine.setLifetime(id, userId, 5 * minute)
      expect(await world.toldOf(id)).toEqual([
        {
          type: 'lifetime.changed',
          roomId: id,
          to: ['ann', 'bob'],
          version: 3,
          lifetimeMs: 5 * minute,
          byId: 'bob',
          timeline: {
            ...{ id: '1-lifetime-1', what: 'lifetime', lifetimeMs: 5 * minute, afterSeq: 1, byId: 'bob' },
            ...{ at: world.now(), expiresAt: world.now() + 5 * minute },
          },
        },
      ])
      for (const userId of ['ann', 'bob']) {
        const { lifetime, version } = await world.engine.readRoom(id, userId)
        expect([lifetime, version]).toEqual([{ lifetimeMs: 5 * minute, byId: 'bob' }, 3])
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
      await world.engine.setLifetime(id, 'bob', 20 * minute)
      expect([await lives(), await lives(3 * minute), await lives(30 * minute)]).toEqual([20, 3, 20])
    })

    test('is not told of where it is the server’s own already', async () => {
      const world = await World.start(makeEngine, { messageTtlMs: 10 * minute })
      const id = await world.open()
      await world.engine.setLifetime(id, 'ann', 10 * minute)
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
        expect(await codeOf(world.engine.setLifetime(roomId, userId, minute))).toBe('not_found')
        expect(await codeOf(world.engine.keepLonger(roomId, userId))).toBe('not_found')
      }
      await world.harness.settle()
      expect(world.events).toEqual([])
    })

    test('is told of a minute before its end, or at half of a short life, or not at all', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      for (const lifetimeMs of [39_999, 40_000, 90_000, 5 * minute]) {
        await world.send(id, 'ann', { text: String(lifetimeMs), lifetimeMs })
      }
      const told = async () => (await world.told('messages.expiring')).map(({ messages }) => texts(messages))
      const { version } = await world.engine.readRoom(id, 'ann')
      await world.advance(19_999)
      expect(await told()).toEqual([])
      await world.advance(1)
      expect(await told()).toEqual([['40000']])
      expect((await world.engine.readRoom(id, 'ann')).version).toBe(version)
      await world.advance(25_000)
      expect(await told()).toEqual([['40000'], ['90000']])
      await world.advance(4 * minute - 45_001)
      expect(await told()).toHaveLength(2)
      await world.advance(1)
      expect(await told()).toEqual([['40000'], ['90000'], ['300000']])
    })

    test('is put off by either for what is about to go, each by its own life, and told once', async () => {
      const world = await World.start(makeEngine, keeping)
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const short = await world.send(id, 'ann', { lifetimeMs: 5 * minute, text: 'short', image })
      await world.advance(minute)
      const late = await world.send(id, 'bob', { lifetimeMs: 4 * minute, text: 'late' })
      await world.send(id, 'bob', { lifetimeMs: 10 * minute, text: 'long' })
      await world.engine.keepLonger(id, 'bob')
      expect(await world.told('messages.kept')).toEqual([])
      await world.advance(3 * minute)
      await world.hush()
      await world.engine.keepLonger(id, 'bob')
      await world.engine.keepLonger(id, 'ann')
      const kept = [
        { ...short, expiresAt: short.expiresAt + 5 * minute, keptTimes: 1 },
        { ...late, expiresAt: late.expiresAt + 4 * minute, keptTimes: 1 },
      ]
      expect(await world.toldOf(id)).toMatchObject([
        { type: 'messages.kept', roomId: id, to: ['ann', 'bob'], version: 5, byId: 'bob', messages: kept },
      ])
      const { messages, version } = await world.engine.readRoom(id, 'ann')
      expect([texts(messages), messages.slice(0, 2), version]).toEqual([['short', 'late', 'long'], kept, 5])
      await world.advance(minute + 4 * minute)
      expect(texts((await world.engine.readRoom(id, 'ann')).messages)).toEqual(['short', 'long'])
      await world.advance(minute)
      const removed = (await world.told('message.removed')).flatMap(event => event.messages)
      expect(removed).toEqual([
        { id: late.id, seq: 2 },
        { id: short.id, seq: 1 },
      ])
      expect(world.notices.filter(({ type }) => type !== 'image.sent')).toEqual([
        { type: 'image.kept', imageId: 'picture', expiresAt: kept[0]?.expiresAt },
        { type: 'messages.removed', imageIds: [], expiresAt: kept[1]?.expiresAt },
        { type: 'messages.removed', imageIds: ['picture'], expiresAt: kept[0]?.expiresAt },
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
        { numRuns: 60 },
      )
    })
  })
}
