import { describe, expect, test } from 'vitest'
import { type Draft, type RoomId, statusOf } from '#src/chat/engine.js'
import { type MakeEngine, texts, World } from '../support/engine/world.js'

/** What is kept from the other: receipts that are not shown, and messages that are held. */
export function describeKeeping(makeEngine: MakeEngine): void {
  describe('receipts that are not shown', () => {
    test('count for oneself, and the other hears and reads nothing of them', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const { id: messageId } = await world.send(id, 'ann')
      await world.keep('bob', { sendsReceipts: false })
      await world.hush()
      for (const kind of ['delivered', 'seen'] as const) await world.engine.moveCursor(id, 'bob', kind, messageId)
      expect(await world.engine.readRoom(id, 'bob')).toMatchObject({ version: 2, mine: { delivered: 1, seen: 1 } })
      expect(await world.engine.readSummary(id, 'bob')).toMatchObject({ unread: 0 })
      const none = { delivered: 0, seen: 0 }
      expect(await world.engine.readRoom(id, 'ann')).toMatchObject({ version: 2, theirs: none })
      expect(await world.engine.readSummary(id, 'ann')).toMatchObject({ theirs: none })
      const noted = { type: 'receipt.noted', roomId: id, people: ['ann', 'bob'], userId: 'bob' }
      expect(await world.toldOf(id)).toEqual([noted, noted])
    })

    test('are shown by the next one that is, with every status that changes by it', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const sent = []
      for (let n = 0; n < 4; n++) sent.push((await world.send(id, 'ann')).id)
      const [first = '', second = '', third = '', fourth = ''] = sent
      await world.engine.moveCursor(id, 'bob', 'seen', first)
      await world.keep('bob', { sendsReceipts: false })
      await world.engine.moveCursor(id, 'bob', 'seen', second)
      await world.engine.moveCursor(id, 'bob', 'seen', third)
      await world.keep('bob', {})
      await world.engine.moveCursor(id, 'bob', 'seen', third)
      await world.engine.moveCursor(id, 'bob', 'delivered', fourth)
      expect(await world.told('receipt.moved')).toMatchObject([
        { version: 6, after: { delivered: 1, seen: 1 }, messages: [{ id: first }] },
        {
          version: 7,
          before: { delivered: 1, seen: 1 },
          after: { delivered: 4, seen: 3 },
          messages: [{ id: second }, { id: third }, { id: fourth }],
        },
      ])
    })

    test('let a room go as those do that are shown', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: 1_000 })
      const id = await world.open()
      const { id: messageId } = await world.send(id, 'ann')
      await world.keep('bob', { sendsReceipts: false })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await world.advance(1_000)
      expect(await world.told('room.dissolved')).toHaveLength(1)
    })
  })

  describe('typing', () => {
    test('of who does not tell of it is told to nobody', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.keep('bob', { sendsTyping: false })
      await world.engine.setTyping(id, 'bob', true)
      expect(await world.told('typing.changed')).toEqual([])
      await world.keep('bob', {})
      await world.engine.setTyping(id, 'bob', true)
      expect(await world.told('typing.changed')).toHaveLength(1)
    })
  })

  describe('a message to who has blocked the sender', () => {
    /** Ann writes to bob, who has blocked her for as long as she writes it. */
    async function hold(world: World, id: RoomId, draft: Partial<Draft> = {}) {
      await world.keep('bob', { blocked: ['ann'] })
      const message = await world.send(id, 'ann', draft)
      await world.keep('bob', {})
      return message
    }

    test('is there for its sender alone, who is shown receipts as if it had come', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.send(id, 'ann', { text: 'shown' })
      await world.hush()
      const held = await hold(world, id, { text: 'held' })
      expect(held).toMatchObject({ seq: 2, isHeld: true })
      expect(await world.told('message.sent')).toMatchObject([{ audience: ['ann'], message: held }])
      expect(texts((await world.engine.readRoom(id, 'ann')).messages)).toEqual(['shown', 'held'])
      expect(texts((await world.engine.readRoom(id, 'bob')).messages)).toEqual(['shown'])
      expect(await world.engine.readSummary(id, 'ann')).toMatchObject({ lastMessage: { text: 'held' } })
      expect(await world.engine.readSummary(id, 'bob')).toMatchObject({ unread: 1, lastMessage: { text: 'shown' } })
      await world.engine.moveCursor(id, 'bob', 'seen', held.id)
      expect((await world.engine.readRoom(id, 'ann')).theirs).toEqual({ delivered: 0, seen: 0 })
      const later = await world.send(id, 'ann', { text: 'later' })
      await world.engine.moveCursor(id, 'bob', 'seen', later.id)
      const [moved] = await world.told('receipt.moved')
      expect(texts(moved?.messages ?? [])).toEqual(['shown', 'held', 'later'])
      expect(moved && statusOf(held, moved.after)).toBe('seen')
      const bobHears = (await world.toldTo('bob')).flatMap(event =>
        event.type === 'receipt.moved' ? event.messages : [],
      )
      expect(texts(bobHears)).toEqual(['shown', 'later'])
      expect(await world.engine.readSummary(id, 'bob')).toMatchObject({ unread: 0 })
    })

    test('keeps its room as an unseen one does, and expires in its time', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: 1_000 })
      const id = await world.open()
      await hold(world, id, { lifetimeMs: 5_000 })
      await world.advance(4_999)
      expect((await world.engine.readRoom(id, 'ann')).messages).toHaveLength(1)
      await world.advance(1)
      expect(await world.told('message.removed')).toHaveLength(1)
      expect(await world.engine.readStats()).toMatchObject({ messages: 0, bytesHeld: 0 })
      await world.advance(1_000)
      expect(await world.told('room.dissolved')).toHaveLength(1)
    })

    test('goes without a word to the other, beside those that they know of', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const shown = await world.send(id, 'ann', { lifetimeMs: 1_000 })
      const held = await hold(world, id, { lifetimeMs: 1_000 })
      const alone = await hold(world, id, { lifetimeMs: 2_000 })
      await world.advance(2_000)
      const heard = async (userId: string) =>
        (await world.toldTo(userId)).flatMap(event =>
          event.type === 'message.removed' ? [event.messages.map(message => message.id)] : [],
        )
      expect(await heard('ann')).toEqual([[shown.id, held.id], [alone.id]])
      expect(await heard('bob')).toEqual([[shown.id]])
    })

    test('can be taken back, and is never doubled', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const message = await hold(world, id, { nonce: 'same' })
      const again = world.draft({ nonce: 'same' })
      expect(await world.engine.sendMessage(id, 'ann', again)).toEqual({ message, duplicate: true })
      await world.engine.removeMessage(id, 'ann', message.id)
      expect((await world.engine.readRoom(id, 'ann')).messages).toEqual([])
      expect(await world.engine.readSummary(id, 'bob')).toMatchObject({ unread: 0, lastMessage: null })
    })
  })
}
