// Long because every way in which a room stays or goes stands here.
import { describe, expect, test } from 'vitest'
import { unshownMs } from '#src/chat/engine.js'
import { codeOf, type MakeEngine, World } from '../support/engine/world.js'

const graceMs = 300_000

/** When a room ends by itself, and above all when it does not. */
export function describeDissolving(makeEngine: MakeEngine): void {
  /** A room of ann and bob with a grace period, both with a lease. */
  async function start(roomGraceMs = graceMs) {
    const world = await World.start(makeEngine, { roomGraceMs })
    const id = await world.open()
    for (const userId of ['ann', 'bob']) await world.engine.holdLease(userId, 'tab', 1e9)
    const leave = (userId: string, lingerMs = 0) => world.engine.dropLease(userId, 'tab', lingerMs)
    const isThere = async () => (await world.findRoom('ann', 'bob')) === id
    return { world, id, leave, isThere }
  }

  describe('dissolving', () => {
    test('a room dissolves when both have been away for the grace period', async () => {
      const { world, id, leave } = await start()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: 1e7, image })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await leave('ann')
      await world.advance(graceMs * 2)
      await leave('bob')
      await world.advance(graceMs - 1)
      expect(await world.told('room.dissolved')).toEqual([])
      await world.advance(1)
      expect(await world.told('room.dissolved')).toEqual([
        {
          type: 'room.dissolved',
          roomId: id,
          to: ['ann', 'bob'],
          reason: 'away',
          byId: null,
        },
      ])
      expect(world.notices).toContainEqual({ type: 'room.dissolved', roomId: id })
      expect(await world.findRoom('ann', 'bob')).toBeNull()
      expect(await world.engine.readStats()).toMatchObject({ rooms: 0, messages: 0, bytesHeld: 0, expiredMessages: 0 })
    })

    test('a closed socket is not the end: coming back within the grace period keeps the room', async () => {
      const { world, leave, isThere } = await start()
      await leave('ann')
      await leave('bob')
      await world.advance(graceMs - 1)
      await world.engine.holdLease('bob', 'tab', 1e9)
      await world.advance(graceMs * 3)
      expect(await isThere()).toBe(true)
      await leave('bob')
      await world.advance(graceMs)
      expect(await isThere()).toBe(false)
    })

    test('a crashed node’s people count as away from when their leases lapsed', async () => {
      const { world, leave, isThere } = await start()
      await world.engine.holdLease('ann', 'tab', 1_000)
      await leave('bob')
      await world.advance(graceMs + 999)
      expect(await isThere()).toBe(true)
      await world.advance(1)
      expect(await isThere()).toBe(false)
    })

    test('a linger longer than the grace period still counts as being here', async () => {
      const { world, leave, isThere } = await start(1_000)
      await leave('ann', 8_000)
      await leave('bob')
      await world.advance(7_999)
      expect(await isThere()).toBe(true)
      await world.advance(1)
      expect(await isThere()).toBe(false)
      const types = world.events.map(event => event.type)
      expect(types.slice(-2)).toEqual(['presence.changed', 'room.dissolved'])
    })

    test('one with unseen messages waits until they expire, and then a day for the count of them to be shown', async () => {
      const { world, id, leave, isThere } = await start()
      await world.send(id, 'ann', { lifetimeMs: graceMs * 3 })
      await world.send(id, 'bob', { lifetimeMs: graceMs * 2 })
      await leave('ann')
      await leave('bob')
      await world.advance(graceMs * 3)
      await world.hush()
      await world.advance(unshownMs - 1)
      expect(await isThere()).toBe(true)
      await world.advance(1)
      expect(await isThere()).toBe(false)
      expect(world.events.map(event => event.type)).toEqual(['room.dissolved'])
    })

    test('one with unseen messages waits until they are seen', async () => {
      const { world, id, leave, isThere } = await start()
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: 1e9 })
      await world.engine.moveCursor(id, 'bob', 'delivered', messageId)
      await leave('ann')
      await leave('bob')
      await world.advance(graceMs * 5)
      expect(await isThere()).toBe(true)
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await world.advance(graceMs)
      expect(await isThere()).toBe(false)
    })

    test('people without any lease are here by opening, reading and sending, each for the grace period', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: graceMs })
      const id = await world.open()
      const isThere = async () => (await world.findRoom('ann', 'bob')) === id
      const most = graceMs - 1
      await world.advance(most)
      await world.engine.readRoom(id, 'bob')
      await world.advance(most)
      await world.engine.openRoom('bob', 'ann')
      await world.advance(most)
      const { id: messageId } = await world.send(id, 'ann', { nonce: 'same' })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await world.advance(most)
      expect(await isThere()).toBe(true)
      for (const userId of ['ann', 'bob']) await world.chats(userId)
      await world.advance(1)
      expect(await isThere()).toBe(false)
    })

    test('a list of chats or a typing signal keeps no room alive', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: graceMs })
      const id = await world.open()
      await world.advance(graceMs - 1)
      await world.chats('ann')
      await world.summary(id, 'bob')
      await world.engine.setTyping(id, 'bob', true)
      await world.engine.readPresence('ann', ['bob'])
      await world.advance(1)
      expect(await world.told('room.dissolved')).toHaveLength(1)
    })

    test('rooms of the same people end one by one', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: graceMs })
      const withBob = await world.open('ann', 'bob')
      const withCat = await world.open('ann', 'cat')
      await world.engine.holdLease('ann', 'tab', 1e9)
      await world.engine.holdLease('cat', 'tab', 1e9)
      await world.engine.dropLease('ann', 'tab', 0)
      await world.advance(graceMs)
      expect((await world.told('room.dissolved')).map(event => event.roomId)).toEqual([withBob])
      expect((await world.chats('ann')).map(room => room.id)).toEqual([withCat])
    })

    test('one with a message that was kept waits until that is over, though it was seen', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: 1_000, keepLonger: true })
      const id = await world.open()
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: 60_000 })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await world.engine.holdLease('bob', 'tab', 1e9)
      await world.advance(30_000)
      await world.engine.keepLonger(id, 'bob')
      await world.engine.dropLease('bob', 'tab', 0)
      await world.advance(89_999)
      expect(await world.told('room.dissolved')).toEqual([])
      await world.advance(1)
      expect(await world.told('room.dissolved')).toMatchObject([{ reason: 'away' }])
    })

    test.each([
      ['that is not to be erased once both have left', graceMs, false],
      ['where the grace period is 0', 0, undefined],
    ])(
      'one %s outlives its people’s absence as long as a message lives, seen or not',
      async (_, roomGraceMs, erases) => {
        const { world, id, leave, isThere } = await start(roomGraceMs)
        if (erases !== undefined) await world.engine.setErasure(id, 'bob', erases)
        expect((await world.engine.readRoom(id, 'ann')).erasesWhenLeft).toBe(false)
        const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: graceMs })
        await world.engine.moveCursor(id, 'bob', 'seen', messageId)
        await leave('ann')
        await leave('bob')
        await world.advance(graceMs - 1)
        expect(await isThere()).toBe(true)
        await world.advance(1)
        expect(await isThere()).toBe(false)
      },
    )

    test('with a grace period of 0 one that is to be erased once both have left goes after five minutes', async () => {
      const { world, id, leave, isThere } = await start(0)
      await world.engine.setErasure(id, 'ann', true)
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: graceMs * 3 })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      for (const userId of ['ann', 'bob']) await leave(userId)
      await world.advance(5 * 60_000 - 1)
      expect(await isThere()).toBe(true)
      await world.advance(1)
      expect(await isThere()).toBe(false)
    })

    test('whether it is to be erased once both have left is chosen by either, for both, and told once', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      expect((await world.engine.readRoom(id, 'ann')).erasesWhenLeft).toBe(true)
      await world.hush()
      for (const userId of ['bob', 'ann']) await world.engine.setErasure(id, userId, false)
      expect(await world.toldOf(id)).toMatchObject([
        {
          ...{ type: 'erasure.changed', to: ['ann', 'bob'], version: 2, erasesWhenLeft: false, byId: 'bob' },
          timeline: { what: 'erasure', erasesWhenLeft: false, byId: 'bob', afterSeq: 0 },
        },
      ])
      for (const userId of ['ann', 'bob']) {
        expect(await world.engine.readRoom(id, userId)).toMatchObject({ erasesWhenLeft: false, version: 2 })
      }
      expect(await codeOf(world.engine.setErasure(id, 'cat', true))).toBe('not_found')
    })

    test('a choice made while both are away is followed at once', async () => {
      const { world, id, leave, isThere } = await start()
      await world.engine.setErasure(id, 'ann', false)
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: 1e9 })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      for (const userId of ['ann', 'bob']) await leave(userId)
      await world.advance(graceMs * 2)
      expect(await isThere()).toBe(true)
      await world.engine.setErasure(id, 'bob', true)
      await world.advance(graceMs)
      expect(await isThere()).toBe(false)
    })

    test('with a grace period of 0 an empty room ends five minutes after the last person has left', async () => {
      const { world, leave, isThere } = await start(0)
      await world.advance(graceMs)
      await leave('ann')
      expect(await isThere()).toBe(true)
      await leave('bob', 8_000)
      await world.advance(5 * 60_000 - 1)
      expect(await isThere()).toBe(true)
      await world.advance(1)
      expect(await isThere()).toBe(false)
    })

    test('with a grace period of 0 people without a lease have the time to write into the room they opened', async () => {
      const world = await World.start(makeEngine, { roomGraceMs: 0 })
      const id = await world.open()
      await world.advance(1_000)
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: graceMs })
      await world.advance(graceMs - 1)
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await world.advance(5 * 60_000 - 1)
      expect(await world.told('room.dissolved')).toEqual([])
      await world.advance(1)
      expect(await world.told('room.dissolved')).toHaveLength(1)
    })

    test('a room that is gone is opened anew under another id, with nothing left of the old one', async () => {
      const { world, id, leave } = await start()
      const { id: messageId } = await world.send(id, 'ann', { nonce: 'same', lifetimeMs: 1e9 })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      await leave('ann')
      await leave('bob')
      await world.advance(graceMs)
      const again = await world.engine.openRoom('bob', 'ann')
      expect(again.id).not.toBe(id)
      expect(again).toMatchObject({ version: 1, mine: { delivered: 0, seen: 0 }, messages: [] })
      expect((await world.send(again.id, 'ann', { nonce: 'same' })).seq).toBe(1)
    })
  })
}
