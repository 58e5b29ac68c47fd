import { describe, expect, test } from 'vitest'
import { codeOf, type MakeEngine, texts, World } from '../support/engine/world.js'

/** Deleting a message for both. */
export function describeUnsending(makeEngine: MakeEngine): void {
  describe('deleting', () => {
    test('removes a message for both, and tells so once', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: 'a tree' }
      for (const text of ['one', 'two', 'three']) await world.send(id, 'ann', { text })
      const taken = await world.send(id, 'ann', { text: 'deleted', image })
      await world.hush()
      await world.engine.removeMessage(id, 'ann', taken.id)
      for (const userId of ['ann', 'bob']) {
        expect(texts((await world.engine.readRoom(id, userId)).messages)).toEqual(['one', 'two', 'three'])
      }
      expect(await world.toldOf(id)).toEqual([
        {
          type: 'message.removed',
          roomId: id,
          to: ['ann', 'bob'],
          version: 6,
          messages: [{ id: taken.id, seq: 4 }],
          vanishedOf: [],
          nextId: null,
        },
      ])
      expect(world.notices).toEqual([{ type: 'messages.removed', imageIds: ['picture'], expiresAt: taken.expiresAt }])
      expect((await world.send(id, 'bob')).seq).toBe(5)
    })

    test('counts as neither unread nor held, and frees a full room', async () => {
      const world = await World.start(makeEngine, { roomMaxMessages: 2 })
      const id = await world.open()
      const [first] = [await world.send(id, 'ann'), await world.send(id, 'ann')]
      const before = await world.engine.readStats()
      await world.engine.removeMessage(id, 'ann', first.id)
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 1 })
      const { messages, bytesHeld, expiredMessages } = await world.engine.readStats()
      expect([messages, bytesHeld, expiredMessages]).toEqual([1, before.bytesHeld / 2, 0])
      await world.send(id, 'bob')
      expect(await codeOf(world.send(id, 'bob'))).toBe('room_full')
    })

    test('leaves receipts and the expiry of others as they are', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const sent = []
      for (const lifetimeMs of [3_000, 2_000, 1_000]) sent.push(await world.send(id, 'ann', { lifetimeMs }))
      const [first, middle, last] = sent.map(message => message.id)
      await world.engine.moveCursor(id, 'bob', 'seen', middle ?? '')
      await world.engine.removeMessage(id, 'ann', middle ?? '')
      expect((await world.engine.readRoom(id, 'ann')).theirs).toEqual({ delivered: 2, seen: 2 })
      await world.engine.moveCursor(id, 'bob', 'seen', last ?? '')
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 0 })
      await world.advance(2_500)
      expect((await world.engine.readRoom(id, 'bob')).messages.map(message => message.id)).toEqual([first])
      await world.advance(500)
      expect((await world.engine.readRoom(id, 'bob')).messages).toEqual([])
      expect((await world.told('message.removed')).flatMap(event => event.messages).map(each => each.id)).toEqual([
        middle,
        last,
        first,
      ])
    })

    test('is for one’s own living messages alone', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const other = await world.open('ann', 'cat')
      const sent = await world.send(id, 'ann', { lifetimeMs: 1_000 })
      await world.hush()
      for (const [roomId, userId, messageId] of [
        [id, 'bob', sent.id],
        [id, 'cat', sent.id],
        [other, 'ann', sent.id],
        [id, 'ann', 'never was'],
        ['never was', 'ann', sent.id],
      ] as const) {
        expect(await codeOf(world.engine.removeMessage(roomId, userId, messageId))).toBe('not_found')
      }
      await world.harness.settle()
      expect(world.events).toEqual([])
      await world.advance(1_000)
      expect(await codeOf(world.engine.removeMessage(id, 'ann', sent.id))).toBe('not_found')
    })

    test('of the last unseen message lets a room go that waited for it', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: 1_000 })
      const id = await world.open()
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: 60_000 })
      await world.advance(5_000)
      await world.engine.removeMessage(id, 'ann', messageId)
      await world.advance(999)
      expect(await world.told('room.dissolved')).toEqual([])
      await world.advance(1)
      expect(await world.told('room.dissolved')).toMatchObject([{ reason: 'away' }])
    })
  })
}
