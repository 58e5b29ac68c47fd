import { describe, expect, test } from 'vitest'
import { type MakeEngine, World } from '../support/engine/world.js'

/** That messages go on time, for everyone and everywhere. */
export function describeExpiry(makeEngine: MakeEngine): void {
  describe('expiry', () => {
    test('a message lives until its time and not a millisecond longer', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const message = await world.send(id, 'ann', { lifetimeMs: 1_000, image })
      await world.engine.moveCursor(id, 'bob', 'seen', message.id)
      await world.hush()
      await world.advance(999)
      expect((await world.engine.readRoom(id, 'bob')).messages).toEqual([message])
      expect(world.events).toEqual([])
      await world.advance(1)
      expect(await world.told('message.removed')).toEqual([
        {
          type: 'message.removed',
          roomId: id,
          to: ['ann', 'bob'],
          version: 4,
          messages: [{ id: message.id, seq: 1 }],
          vanishedOf: [],
          nextId: null,
        },
      ])
      expect(world.notices).toEqual([{ type: 'messages.removed', imageIds: ['picture'], expiresAt: message.expiresAt }])
      expect(await world.engine.readRoom(id, 'bob')).toMatchObject({ version: 4, messages: [] })
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 0, lastMessage: null })
      expect(await world.engine.readStats()).toMatchObject({ messages: 0, bytesHeld: 0, expiredMessages: 1 })
    })

    describe('no method returns what is over, however late the timer is', () => {
      /** A world in which, of two messages, the second is over and no timer has run. */
      async function startLate() {
        const world = await World.start(makeEngine)
        const id = await world.open()
        const stays = await world.send(id, 'ann', { text: 'stays' })
        const gone = await world.send(id, 'ann', { text: 'goes', nonce: 'same', lifetimeMs: 1_000 })
        world.harness.clock.jump(1_000)
        return { world, engine: world.engine, id, stays, gone }
      }

      test('readRoom and openRoom', async () => {
        for (const method of ['readRoom', 'openRoom'] as const) {
          const { engine, id, stays } = await startLate()
          const view = await (method === 'readRoom' ? engine.readRoom(id, 'bob') : engine.openRoom('bob', 'ann'))
          expect(view.messages).toEqual([stays])
        }
      })

      test('readSummary and listRooms', async () => {
        const line = await startLate()
        expect(await line.world.summary(line.id, 'bob')).toMatchObject({ lastMessage: line.stays, unread: 1 })
        const list = await startLate()
        expect((await list.engine.listRooms('bob', { limit: 100 })).rooms).toMatchObject([
          { lastMessage: list.stays, unread: 1 },
        ])
      })

      test('readQuote and readReach', async () => {
        for (const method of ['readQuote', 'readReach'] as const) {
          const { engine, id, stays, gone } = await startLate()
          const read = (messageId: string) =>
            method === 'readQuote' ? engine.readQuote(id, 'bob', messageId) : engine.readReach(id, messageId)
          expect([await read(gone.id), await read(stays.id)]).toEqual([null, expect.anything()])
        }
      })

      test('sendMessage', async () => {
        const { world, engine, id, gone } = await startLate()
        const { message, duplicate } = await engine.sendMessage(id, 'ann', world.draft({ nonce: 'same' }))
        expect([duplicate, message]).toEqual([true, { ...gone, text: '' }])
        await world.advance(0)
        expect((await world.told('message.removed')).flatMap(event => event.messages.map(({ seq }) => seq))).toEqual([
          2,
        ])
      })

      test('moveCursor', async () => {
        const { world, engine, id, gone } = await startLate()
        await engine.moveCursor(id, 'bob', 'seen', gone.id)
        expect(await world.told('receipt.moved')).toEqual([])
        expect((await engine.readRoom(id, 'bob')).mine.seen).toBe(0)
      })

      test('readStats', async () => {
        const { engine } = await startLate()
        expect(await engine.readStats()).toMatchObject({ messages: 1, expiredMessages: 1 })
      })

      test('findRoom, when the room itself is over', async () => {
        const world = await World.start(makeEngine, { roomGraceMs: 1_000 })
        await world.open()
        world.harness.clock.jump(1_000)
        expect(await world.findRoom('ann', 'bob')).toBeNull()
      })
    })

    test('what is due in a room at the same time goes in one event, in order', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const other = await world.open('ann', 'cat')
      await world.send(id, 'ann', { lifetimeMs: 500 })
      await world.send(id, 'bob')
      await world.send(id, 'bob', { lifetimeMs: 500 })
      await world.send(other, 'ann', { lifetimeMs: 500 })
      await world.advance(250)
      await world.send(id, 'ann', { lifetimeMs: 250 })
      await world.advance(250)
      const removed = (await world.told('message.removed')).map(event => ({
        roomId: event.roomId,
        version: event.version,
        seqs: event.messages.map(message => message.seq),
      }))
      expect(removed).toHaveLength(2)
      expect(removed).toContainEqual({ roomId: id, version: 6, seqs: [1, 3, 4] })
      expect(removed).toContainEqual({ roomId: other, version: 3, seqs: [1] })
    })

    test('the newest message that still lives is the last one', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      for (const [text, lifetimeMs] of [
        ['a', 400],
        ['b', 200],
        ['c', 300],
        ['d', 100],
      ] as const) {
        await world.send(id, 'ann', { text, lifetimeMs })
      }
      const seen: (string | undefined)[] = []
      for (let step = 0; step <= 4; step += 1) {
        seen.push((await world.summary(id, 'bob')).lastMessage?.text)
        await world.advance(100)
      }
      expect(seen).toEqual(['d', 'c', 'c', 'a', undefined])
    })

    test('lifetimes of weeks do not overflow a timer', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: 1e12 })
      const id = await world.open()
      await world.send(id, 'ann', { lifetimeMs: 2 ** 31 + 5_000 })
      await world.advance(2 ** 31)
      expect((await world.engine.readRoom(id, 'bob')).messages).toHaveLength(1)
      expect(await world.told('message.removed')).toHaveLength(0)
      await world.advance(5_000)
      expect(await world.told('message.removed')).toHaveLength(1)
    })

    test('stopping leaves no timer and tells nothing more', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.send(id, 'ann')
      await world.engine.holdLease('ann', 'tab', 1_000)
      await world.hush()
      await world.engine.stop()
      expect(world.harness.clock.waiting).toBe(0)
      await world.advance(120_000)
      expect(world.events).toEqual([])
    })
  })
}
