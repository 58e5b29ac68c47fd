// Long because every case of one behaviour stands here.
import { describe, expect, test } from 'vitest'
import { countBytes } from '#src/chat/engine.js'
import { codeOf, day, type MakeEngine, texts, World } from '../support/engine/world.js'

/** Sending: what a message is, that it is never doubled, and the caps. */
export function describeMessages(makeEngine: MakeEngine): void {
  describe('messages', () => {
    test('a message is what was sent, with an id, a place and its times', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const image = { id: 'picture', width: 640, height: 480, alt: 'Ein Baum 🌳' }
      const text = 'Grüße, 世界 \ud83d\n\tand\u0000more'
      const sent = await world.engine.sendMessage(id, 'bob', { nonce: 'n-1', text, image, mostLifetimeMs: 5_000 })
      const message = {
        id: expect.stringMatching(/^[\w-]{22}$/),
        roomId: id,
        seq: 1,
        senderId: 'bob',
        nonce: 'n-1',
        text,
        image,
        replyTo: null,
        sentAt: world.now(),
        expiresAt: world.now() + 5_000,
        lifetimeMs: 5_000,
        keptTimes: 0,
        livesFrom: 'sent',
        hasBegun: true,
      }
      expect(sent).toEqual({ message, duplicate: false })
      const view = await world.engine.readRoom(id, 'ann')
      expect(view.messages).toEqual([sent.message])
      expect(await world.told('message.sent')).toEqual([
        { type: 'message.sent', roomId: id, to: ['ann', 'bob'], version: 2, message: sent.message },
      ])
      expect(view.version).toBe(2)
    })

    test('long texts of any script survive', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const long = ['a'.repeat(200_000), 'é'.repeat(200_000), '🌳'.repeat(100_000), '']
      for (const text of long) await world.send(id, 'ann', { text })
      const { messages } = await world.engine.readRoom(id, 'bob')
      expect(texts(messages).every((text, index) => text === long[index])).toBe(true)
    })

    test('`seq` is gapless within a room, across expiry too, and each room counts for itself', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const other = await world.open('ann', 'cat')
      const first = [await world.send(id, 'ann'), await world.send(id, 'bob'), await world.send(other, 'cat')]
      expect(first.map(message => message.seq)).toEqual([1, 2, 1])
      await world.advance(60_000)
      expect((await world.send(id, 'ann')).seq).toBe(3)
    })

    test('sending at the same time keeps every message, once, in the order of its `seq`', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const sends = Array.from({ length: 50 }, (_, index) =>
        world.send(id, index % 2 ? 'ann' : 'bob', { text: `${index}` }),
      )
      const sent = await Promise.all(sends)
      const { messages } = await world.engine.readRoom(id, 'ann')
      expect(messages.map(message => message.seq)).toEqual(sent.map((_, index) => index + 1))
      expect(new Set(texts(messages)).size).toBe(50)
    })

    test('the same nonce returns the first message, changes nothing and tells nothing', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const message = await world.send(id, 'ann', { nonce: 'same', text: 'first' })
      await world.advance(10)
      await world.hush()
      const before = await world.engine.readRoom(id, 'bob')
      const again = world.draft({ nonce: 'same', text: 'second', lifetimeMs: 1 })
      expect(await world.engine.sendMessage(id, 'ann', again)).toEqual({ message, duplicate: true })
      expect(await world.engine.readRoom(id, 'bob')).toEqual(before)
      await world.harness.settle()
      expect(world.events).toEqual([])
    })

    test('of sends with one nonce at the same time one is kept', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const draft = world.draft()
      const results = await Promise.all([1, 2, 3].map(() => world.engine.sendMessage(id, 'ann', draft)))
      expect(results.filter(result => !result.duplicate)).toHaveLength(1)
      expect(new Set(results.map(result => result.message.id)).size).toBe(1)
      expect(await world.told('message.sent')).toHaveLength(1)
    })

    test('a nonce belongs to its sender and its room', async () => {
      const world = await World.start(makeEngine)
      const rooms = [await world.open('ann', 'bob'), await world.open('ann', 'cat')]
      const sends = rooms.map(id => world.engine.sendMessage(id, 'ann', world.draft({ nonce: 'same' })))
      sends.push(world.engine.sendMessage(rooms[0] ?? '', 'bob', world.draft({ nonce: 'same' })))
      expect((await Promise.all(sends)).map(result => result.duplicate)).toEqual([false, false, false])
    })

    test('a nonce is remembered when its message is gone, and answered with no more than its id and times', async () => {
      const world = await World.start(makeEngine, {
        messageTtlMs: 1_000,
        messageTtlMaxMs: 2 * day,
        roomGraceMs: 9 * day,
      })
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: 'a cat' }
      const expired = await world.send(id, 'ann', { nonce: 'expired', image })
      const removed = await world.send(id, 'ann', { nonce: 'removed' })
      await world.engine.removeMessage(id, 'ann', removed.id)
      await world.advance(1_000)
      await world.hush()
      const again = async (nonce: string, userId = 'ann') =>
        world.engine.sendMessage(id, userId, world.draft({ nonce, text: 'again', image }))
      const gone = { text: '', image: null }
      expect(await again('expired')).toEqual({ message: { ...expired, ...gone }, duplicate: true })
      expect(await again('removed')).toEqual({ message: { ...removed, ...gone }, duplicate: true })
      expect(await world.toldOf(id)).toEqual([])
      expect((await world.engine.readRoom(id, 'bob')).messages).toEqual([])
      expect(await again('expired', 'bob')).toMatchObject({ message: { seq: 3 }, duplicate: false })
    })

    test.each([
      ['a day', 1_000, day],
      ['the longest life that a room may choose', 2 * day, 2 * day],
    ])(
      'a nonce is remembered for %s after its message was sent, and no longer',
      async (_title, messageTtlMaxMs, ms) => {
        const world = await World.start(makeEngine, { messageTtlMs: 1_000, messageTtlMaxMs, roomGraceMs: 9 * day })
        const id = await world.open()
        await world.send(id, 'ann', { nonce: 'same' })
        await world.advance(ms - 1)
        const draft = world.draft({ nonce: 'same' })
        expect(await world.engine.sendMessage(id, 'ann', draft)).toMatchObject({ message: { seq: 1 }, duplicate: true })
        await world.advance(1)
        expect(await world.engine.sendMessage(id, 'ann', draft)).toMatchObject({
          message: { seq: 2 },
          duplicate: false,
        })
      },
    )

    test('a full room refuses, changes nothing, still knows its duplicates, and has room again after an expiry', async () => {
      const world = await World.start(makeEngine, { roomMaxMessages: 2 })
      const id = await world.open()
      const other = await world.open('ann', 'cat')
      const first = await world.send(id, 'ann', { nonce: 'kept', lifetimeMs: 1_000 })
      await world.send(id, 'bob')
      await world.hush()
      const before = await world.engine.readRoom(id, 'ann')
      expect(await codeOf(world.send(id, 'ann'))).toBe('room_full')
      expect(await codeOf(world.send(id, 'bob'))).toBe('room_full')
      const repeated = world.engine.sendMessage(id, 'ann', world.draft({ nonce: 'kept' }))
      expect(await repeated).toEqual({ message: first, duplicate: true })
      expect(await world.engine.readRoom(id, 'ann')).toEqual(before)
      await world.harness.settle()
      expect(world.events).toEqual([])
      await world.send(other, 'ann')
      await world.advance(1_000)
      expect((await world.send(id, 'ann')).seq).toBe(3)
    })

    test('a full server refuses in every room, changes nothing, and has room again after an expiry', async () => {
      const one = countBytes({ text: 'x'.repeat(100), image: null })
      const world = await World.start(makeEngine, { maxBytes: 2 * one })
      const rooms = [await world.open('ann', 'bob'), await world.open('cat', 'dan')] as const
      const draft = { text: 'x'.repeat(100), lifetimeMs: 1_000 }
      await world.send(rooms[0], 'ann', { ...draft, nonce: 'kept' })
      await world.send(rooms[1], 'cat', draft)
      expect(await world.engine.readStats()).toMatchObject({ bytesHeld: 2 * one, messages: 2 })
      await world.hush()
      for (const [id, sender] of [
        [rooms[0], 'bob'],
        [rooms[1], 'cat'],
      ] as const) {
        expect(await codeOf(world.send(id, sender, { text: '' }))).toBe('server_full')
      }
      const repeated = world.engine.sendMessage(rooms[0], 'ann', world.draft({ nonce: 'kept' }))
      expect(await repeated).toMatchObject({ duplicate: true })
      await world.harness.settle()
      expect(world.events).toEqual([])
      expect((await world.engine.readRoom(rooms[1], 'cat')).version).toBe(2)
      await world.advance(1_000)
      expect((await world.send(rooms[0], 'bob', draft)).seq).toBe(2)
      expect(await world.engine.readStats()).toMatchObject({ bytesHeld: one, messages: 1, expiredMessages: 2 })
    })

    test('who holds their share is refused before all else, in every room, and alone, until something of theirs is gone', async () => {
      const one = countBytes({ text: '', image: null })
      const world = await World.start(makeEngine, { maxBytesPerPerson: 2 * one, maxBytes: 4 * one, roomMaxMessages: 3 })
      const [id, other] = [await world.open('ann', 'bob'), await world.open('ann', 'cat')]
      const send = (roomId: string, senderId: string, lifetimeMs = 5_000) =>
        codeOf(world.send(roomId, senderId, { text: '', lifetimeMs }))
      await world.keep('cat', { blocked: ['ann'] })
      expect([await send(id, 'ann', 1_000), await send(other, 'ann')]).toEqual(['accepted', 'accepted'])
      await world.hush()
      expect([await send(id, 'ann'), await send(other, 'ann')]).toEqual(['person_full', 'person_full'])
      expect(await world.toldTo('ann')).toEqual([])
      expect([await send(id, 'bob'), await send(id, 'bob')]).toEqual(['accepted', 'accepted'])
      expect([await send(id, 'ann'), await send(id, 'bob')]).toEqual(['person_full', 'person_full'])
      await world.advance(1_000)
      expect([await send(other, 'ann'), await send(other, 'ann')]).toEqual(['accepted', 'person_full'])
      await world.engine.endRoom(other, 'ann')
      expect(await send(id, 'ann')).toBe('accepted')
    })

    test('a picture’s description counts too', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const image = { id: 'picture', width: 1, height: 1, alt: 'y'.repeat(50) }
      await world.send(id, 'ann', { text: 'x', image })
      expect(await world.engine.readStats()).toMatchObject({ bytesHeld: 512 + 2 * 51 })
    })
  })
}
