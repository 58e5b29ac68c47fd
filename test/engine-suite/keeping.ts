// Long because every case of one behaviour stands here.
import { describe, expect, test } from 'vitest'
import { messageStatusOf, type RoomId, unshownMs } from '#src/chat/engine.js'
import { codeOf, type MakeEngine, type TestDraft, texts, World } from '../support/engine/world.js'

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
      expect(await world.engine.readRoom(id, 'bob')).toMatchObject({ version: 3, mine: { delivered: 1, seen: 1 } })
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 0 })
      const none = { delivered: 0, seen: 0 }
      expect(await world.engine.readRoom(id, 'ann')).toMatchObject({ version: 3, theirs: none })
      expect(await world.summary(id, 'ann')).toMatchObject({ theirs: none })
      const noted = { type: 'receipt.noted', roomId: id, to: ['bob'] }
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
          version: 9,
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

  describe('receipts between the blocked', () => {
    test('are told to nobody but who reads: the other has blocked them, or cannot read', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const fromBob = await world.send(id, 'bob')
      const fromAnn = await world.send(id, 'ann')
      await world.keep('bob', { blocked: ['ann'] })
      await world.hush()
      for (const kind of ['delivered', 'seen'] as const) await world.engine.moveCursor(id, 'ann', kind, fromBob.id)
      expect((await world.told('receipt.moved')).map(({ to }) => to)).toEqual([['ann'], ['ann']])
      expect(await world.toldTo('bob')).toEqual([])
      await world.hush()
      for (const kind of ['delivered', 'seen'] as const) {
        expect(await codeOf(() => world.engine.moveCursor(id, 'bob', kind, fromAnn.id))).toBe('not_found')
      }
      expect((await world.engine.readRoom(id, 'ann')).theirs).toEqual({ delivered: 0, seen: 0 })
      expect(await world.toldTo('ann')).toEqual([])
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
    async function hold(world: World, id: RoomId, draft: TestDraft = {}) {
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
      expect(held.seq).toBe(2)
      expect(JSON.stringify(held)).not.toMatch(/held[^"]|hold/i)
      expect(await world.told('message.sent')).toMatchObject([{ to: ['ann'], message: held }])
      expect(texts((await world.engine.readRoom(id, 'ann')).messages)).toEqual(['shown', 'held'])
      expect(texts((await world.engine.readRoom(id, 'bob')).messages)).toEqual(['shown'])
      expect(await world.summary(id, 'ann')).toMatchObject({ lastMessage: { text: 'held' } })
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 1, lastMessage: { text: 'shown' } })
      await world.engine.moveCursor(id, 'bob', 'seen', held.id)
      expect((await world.engine.readRoom(id, 'ann')).theirs).toEqual({ delivered: 0, seen: 0 })
      const later = await world.send(id, 'ann', { text: 'later' })
      await world.engine.moveCursor(id, 'bob', 'seen', later.id)
      const [moved] = await world.told('receipt.moved')
      expect(texts(moved?.messages ?? [])).toEqual(['shown', 'held', 'later'])
      expect(moved && messageStatusOf(held, moved.after)).toBe('seen')
      const bobHears = (await world.toldTo('bob')).flatMap(event =>
        event.type === 'receipt.moved' ? event.messages : [],
      )
      expect(texts(bobHears)).toEqual(['shown', 'later'])
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 0 })
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
      await world.advance(unshownMs)
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

    test('is warned of and kept for its sender alone', async () => {
      const world = await World.start(makeEngine, { keepLonger: true })
      const id = await world.open()
      const shown = await world.send(id, 'bob', { lifetimeMs: 120_000 })
      const held = await hold(world, id, { lifetimeMs: 120_000 })
      await world.advance(60_000)
      await world.engine.keepLonger(id, 'bob')
      const heard = async (userId: string) =>
        (await world.toldTo(userId)).flatMap(event =>
          event.type === 'messages.expiring' || event.type === 'messages.kept'
            ? [[event.type, ...event.messages.map(message => message.id)]]
            : [],
        )
      expect(await heard('ann')).toEqual([
        ['messages.expiring', shown.id, held.id],
        ['messages.kept', shown.id, held.id],
      ])
      expect(await heard('bob')).toEqual([
        ['messages.expiring', shown.id],
        ['messages.kept', shown.id],
      ])
    })

    test('changes no version for the other, when it comes, is kept or goes', async () => {
      const world = await World.start(makeEngine, { keepLonger: true })
      const id = await world.open()
      const versions = async () => {
        const views = ['ann', 'bob'].map(userId => world.engine.readRoom(id, userId))
        return (await Promise.all(views)).map(({ version }) => version)
      }
      await hold(world, id, { lifetimeMs: 120_000 })
      expect(await versions()).toEqual([2, 1])
      await world.advance(60_000)
      await world.engine.keepLonger(id, 'ann')
      expect(await versions()).toEqual([3, 1])
      await world.advance(180_000)
      expect(await versions()).toEqual([4, 1])
      await world.send(id, 'ann')
      expect(await versions()).toEqual([5, 2])
    })

    test('with a picture frees it in the end, which its sender alone may have seen', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const { expiresAt } = await hold(world, id, { image, lifetimeMs: 1_000 })
      await world.advance(1_000)
      expect(world.notices).toEqual([
        { type: 'image.sent', imageId: 'picture', viewerIds: ['ann'], expiresAt },
        { type: 'messages.removed', imageIds: ['picture'], expiresAt },
      ])
    })

    test('can be taken back, and is never doubled', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const message = await hold(world, id, { nonce: 'same' })
      const again = world.draft({ nonce: 'same' })
      expect(await world.engine.sendMessage(id, 'ann', again)).toEqual({ message, duplicate: true })
      await world.engine.removeMessage(id, 'ann', message.id)
      expect((await world.engine.readRoom(id, 'ann')).messages).toEqual([])
      expect(await world.summary(id, 'bob')).toMatchObject({ unread: 0, lastMessage: null })
    })
  })
}
