import { describe, expect, test } from 'vitest'
import { codeOf, type MakeEngine, World } from '../support/engine/world.js'

const minute = 60_000

/** Whom a room is shown to, and from when on its people see each other. */
export function describeTelling(makeEngine: MakeEngine): void {
  const typesToldTo = async (world: World, userId: string) => (await world.toldTo(userId)).map(({ type }) => type)
  const seenBy = async ({ engine }: World, viewerId: string, userId: string) =>
    (await engine.readPresence(viewerId, [userId])).get(userId)

  /** Ann has opened a room with bob; both have a page open. */
  async function start(options: Parameters<typeof World.start>[1] = {}) {
    const world = await World.start(makeEngine, options)
    for (const userId of ['ann', 'bob']) await world.engine.holdLease(userId, 'page', 1e9)
    const id = await world.openAlone('ann', 'bob')
    return { world, engine: world.engine, id }
  }

  describe('a room that only one person has opened', () => {
    test('is in nobody else’s list, and tells them nothing, whatever its opener does, not even its end', async () => {
      const { world, engine, id } = await start({ keepLonger: true })
      await engine.setTyping(id, 'ann', true)
      await engine.setLifetime(id, 'ann', { lifetimeMs: 5_000, from: 'sent' })
      await engine.keepLonger(id, 'ann')
      await engine.readRoom(id, 'ann')
      expect(await engine.listRooms('bob', { limit: 100 })).toEqual({ rooms: [], hasEarlier: false, totalUnread: 0 })
      expect(await world.findRoom('bob', 'ann')).toBeNull()
      await engine.dropLease('ann', 'page', 0)
      await engine.holdLease('ann', 'page', 1e9)
      await engine.endRoom(id, 'ann')
      expect(await world.toldTo('bob')).toEqual([])
      const again = await world.openAlone('ann', 'bob')
      await engine.forgetPerson('ann')
      expect(await world.toldTo('bob')).toEqual([])
      expect(await codeOf(engine.readRoom(again, 'bob'))).toBe('not_found')
    })

    test('tells its opener nothing of whether the other is here, comes or goes', async () => {
      const { world, engine, id } = await start()
      await engine.dropLease('bob', 'page', 0)
      await engine.holdLease('bob', 'page', 1e9)
      await engine.setTyping(id, 'bob', true)
      expect(await seenBy(world, 'ann', 'bob')).toBeUndefined()
      expect(await seenBy(world, 'bob', 'ann')).toBeUndefined()
      expect(await typesToldTo(world, 'ann')).toEqual(['room.opened'])
    })

    test.each([
      ['opening it', ({ engine }: World) => engine.openRoom('bob', 'ann')],
      ['reading it', ({ engine }: World, id: string) => engine.readRoom(id, 'bob')],
    ])('is shared by %s, which tells its opener that the other is here and nothing else', async (_how, enter) => {
      const { world, engine, id } = await start()
      await world.hush()
      await enter(world, id)
      expect(await world.findRoom('bob', 'ann')).toBe(id)
      expect((await world.chats('bob')).map(room => room.id)).toEqual([id])
      const presence = { userId: 'bob', isOnline: true, lastSeen: null }
      expect(await world.toldOf(id)).toContainEqual({ type: 'presence.changed', roomId: id, presence, to: ['ann'] })
      expect(await typesToldTo(world, 'ann')).toEqual(['presence.changed'])
      expect(await seenBy(world, 'ann', 'bob')).toEqual(presence)
      expect(await seenBy(world, 'bob', 'ann')).toMatchObject({ isOnline: true })
      expect(await typesToldTo(world, 'bob')).toEqual(['room.opened', 'presence.changed'])
      await world.hush()
      await engine.dropLease('bob', 'page', 0)
      expect(await typesToldTo(world, 'ann')).toEqual(['presence.changed'])
      await engine.endRoom(id, 'ann')
      expect(await typesToldTo(world, 'bob')).toEqual(['room.dissolved'])
    })

    test('is shared without a word when the other is not here', async () => {
      const { world, engine, id } = await start()
      await engine.dropLease('bob', 'page', 0)
      await world.hush()
      await engine.readRoom(id, 'bob')
      expect(await world.toldTo('ann')).toEqual([])
    })

    test('is shown to the other by a message, while its opener learns of the other when these open it', async () => {
      const { world, engine, id } = await start()
      await world.hush()
      const message = await world.send(id, 'ann')
      expect(await typesToldTo(world, 'bob')).toEqual(['message.sent', 'presence.changed'])
      expect(await world.chats('bob')).toMatchObject([{ id, unread: 1, lastMessage: message }])
      expect(await seenBy(world, 'bob', 'ann')).toMatchObject({ isOnline: true })
      await engine.moveCursor(id, 'bob', 'delivered', message.id)
      expect(await seenBy(world, 'ann', 'bob')).toBeUndefined()
      expect(await typesToldTo(world, 'ann')).toEqual(['message.sent', 'receipt.moved'])
      await engine.moveCursor(id, 'bob', 'seen', message.id)
      expect(await seenBy(world, 'ann', 'bob')).toMatchObject({ isOnline: true })
    })

    test('is answered by its id alone, and shared by writing into it', async () => {
      const { world, engine, id } = await start()
      expect([await engine.isMember(id, 'bob'), await world.findRoom('bob', 'ann')]).toEqual([true, null])
      expect(await seenBy(world, 'ann', 'bob')).toBeUndefined()
      await world.send(id, 'bob')
      expect(await seenBy(world, 'ann', 'bob')).toMatchObject({ isOnline: true })
      expect(await typesToldTo(world, 'ann')).toEqual(['room.opened', 'presence.changed', 'message.sent'])
    })

    test.each([
      [0, 5 * minute],
      [minute, minute],
    ])(
      'with a grace period of %s ms goes %s ms after its opener has left, though the other is here',
      async (roomGraceMs, after) => {
        const { world, engine, id } = await start({ roomGraceMs })
        await engine.dropLease('ann', 'page', 0)
        await world.advance(after - 1)
        expect(await world.summary(id, 'ann')).toMatchObject({ id })
        await world.advance(1)
        expect(await codeOf(world.summary(id, 'ann'))).toBe('not_found')
        expect(await world.told('room.dissolved')).toMatchObject([{ reason: 'empty', to: ['ann'] }])
      },
    )

    test('makes way as the oldest of a hundred for the next, and its opener alone is told', async () => {
      const world = await World.start(makeEngine)
      const { engine } = world
      const written = await world.openAlone('ann', 'written')
      await world.send(written, 'ann')
      const shared = await world.open('ann', 'shared')
      const ids: string[] = []
      for (let index = 0; index < 100; index += 1) ids.push(await world.openAlone('ann', `other-${index}`))
      expect(await world.told('room.dissolved')).toEqual([])
      await world.openAlone('ann', 'other-0')
      await world.openAlone('ann', 'next')
      expect(await world.told('room.dissolved')).toMatchObject([
        { roomId: ids[0], reason: 'empty', byId: null, to: ['ann'] },
      ])
      await world.openAlone('ann', 'other-0')
      expect((await world.told('room.dissolved')).map(({ roomId }) => roomId)).toEqual(ids.slice(0, 2))
      const { rooms } = await engine.listRooms('ann', { limit: 1_000 })
      expect(rooms).toHaveLength(102)
      expect(rooms.map(({ id }) => id)).toEqual(expect.arrayContaining([written, shared]))
    })
  })

  describe('figures of one’s own', () => {
    test('count the rooms that are shown to a person, and what they may see in them', async () => {
      const world = await World.start(makeEngine)
      const { engine } = world
      const id = await world.open('ann', 'bob')
      const none = { rooms: 0, messages: 0, bytesHeld: 0 }
      expect(await engine.readOwnStats('cat')).toEqual(none)
      await world.openAlone('ann', 'cat')
      await world.send(id, 'ann', { text: 'ab' })
      await world.send(id, 'bob', { text: 'abc', lifetimeMs: 1_000 })
      await world.keep('bob', { blocked: ['ann'] })
      expect(await engine.readOwnStats('bob')).toEqual(none)
      await world.send(id, 'ann', { text: 'held' })
      await world.keep('bob', {})
      expect(await engine.readOwnStats('ann')).toEqual({ rooms: 2, messages: 3, bytesHeld: 3 * 512 + 18 })
      expect(await engine.readOwnStats('bob')).toEqual({ rooms: 1, messages: 2, bytesHeld: 2 * 512 + 10 })
      expect(await engine.readOwnStats('cat')).toEqual(none)
      await world.advance(1_000)
      expect(await engine.readOwnStats('bob')).toEqual({ rooms: 1, messages: 1, bytesHeld: 512 + 4 })
      await engine.endRoom(id, 'ann')
      expect(await engine.readOwnStats('ann')).toEqual({ rooms: 1, messages: 0, bytesHeld: 0 })
    })
  })
}
