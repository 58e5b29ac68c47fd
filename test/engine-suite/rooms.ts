import { describe, expect, test } from 'vitest'
import { codeOf, type MakeEngine, World } from '../support/engine/world.js'

/** Opening, finding, reading and listing rooms, and who may. */
export function describeRooms(makeEngine: MakeEngine): void {
  describe('rooms', () => {
    test('two people have one room, whoever opens it', async () => {
      const world = await World.start(makeEngine)
      const room = await world.engine.openRoom('ann', 'bob')
      expect(room).toMatchObject({
        version: 1,
        otherId: 'bob',
        mine: { delivered: 0, seen: 0 },
        theirs: { delivered: 0, seen: 0 },
        messages: [],
      })
      const presence = { userId: 'ann', isOnline: false, lastSeen: null }
      expect(await world.engine.openRoom('bob', 'ann')).toEqual({ ...room, otherId: 'ann', presence })
      const opened = { type: 'room.opened', roomId: room.id, to: ['ann', 'bob'], version: 1 }
      expect(await world.told('room.opened')).toEqual([
        { ...opened, to: ['ann'] },
        { ...opened, to: ['bob'] },
      ])
    })

    test('opening at the same time makes one room', async () => {
      const world = await World.start(makeEngine)
      const views = await Promise.all([
        world.engine.openRoom('ann', 'bob'),
        world.engine.openRoom('bob', 'ann'),
        world.engine.openRoom('ann', 'bob'),
      ])
      expect(new Set(views.map(view => view.id)).size).toBe(1)
      expect((await world.told('room.opened')).map(({ to }) => to)).toEqual([['ann'], ['bob']])
    })

    test('nobody has a room with themselves', async () => {
      const world = await World.start(makeEngine)
      expect(await codeOf(world.engine.openRoom('ann', 'ann'))).toBe('not_found')
      expect(await world.findRoom('ann', 'ann')).toBeNull()
      expect(await world.engine.readStats()).toMatchObject({ rooms: 0 })
    })

    test('an id is long, random and tells nothing of its people', async () => {
      const world = await World.start(makeEngine)
      const first = await world.engine.openRoom('ann', 'bob')
      expect(first.id).toMatch(/^[\w-]{22}$/)
      await world.engine.endRoom(first.id, 'ann')
      const second = await world.engine.openRoom('ann', 'bob')
      expect(second.id).not.toBe(first.id)
      expect(second.epoch).not.toBe(first.epoch)
      expect(second).toMatchObject({ version: 1, messages: [] })
    })

    test('finding opens nothing', async () => {
      const world = await World.start(makeEngine)
      expect(await world.findRoom('ann', 'bob')).toBeNull()
      expect(await world.engine.readStats()).toMatchObject({ rooms: 0 })
      const id = await world.open()
      expect(await world.findRoom('bob', 'ann')).toBe(id)
      expect(await world.findRoom('ann', 'cat')).toBeNull()
    })

    test('a stranger gets for every method what a room that never was gets', async () => {
      const world = await World.start(makeEngine)
      const { engine } = world
      const id = await world.open()
      const message = await world.send(id, 'ann')
      await world.open('cat', 'ann')
      await world.hush()
      for (const [roomId, userId] of [
        [id, 'cat'],
        ['nowhere', 'ann'],
      ] as const) {
        const calls = [
          () => engine.readRoom(roomId, userId),
          () => world.summary(roomId, userId),
          () => engine.sendMessage(roomId, userId, world.draft()),
          () => engine.moveCursor(roomId, userId, 'seen', message.id),
          () => engine.setTyping(roomId, userId, true),
          () => engine.endRoom(roomId, userId),
        ]
        expect(new Set(await Promise.all(calls.map(codeOf)))).toEqual(new Set(['not_found']))
        expect(await engine.isMember(roomId, userId)).toBe(false)
      }
      await world.harness.settle()
      expect(world.events).toEqual([])
      expect((await engine.readRoom(id, 'bob')).messages).toEqual([message])
    })

    test('a summary is one line of the list', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.advance(5)
      await world.send(id, 'ann', { text: 'one' })
      const last = await world.send(id, 'ann', { text: 'two' })
      await world.engine.moveCursor(id, 'bob', 'delivered', last.id)
      const forBob = {
        id,
        otherId: 'ann',
        presence: { userId: 'ann', isOnline: false, lastSeen: null },
        unread: 2,
        vanished: { theirs: { total: 0, shown: 0, afterSeq: 0 }, mine: { total: 0, shown: 0, afterSeq: 0 } },
        lastMessage: last,
        mine: { delivered: 2, seen: 0 },
        theirs: { delivered: 0, seen: 0 },
        activeAt: world.now(),
        lifetimeMs: null,
      }
      expect(await world.summary(id, 'bob')).toEqual(forBob)
      expect(await world.chats('bob')).toEqual([forBob])
      const presence = { ...forBob.presence, userId: 'bob' }
      const forAnn = { ...forBob, otherId: 'bob', presence, unread: 0, mine: forBob.theirs, theirs: forBob.mine }
      expect(await world.chats('ann')).toEqual([forAnn])
    })

    test('a list has all rooms of a person and nobody else’s, the most recently active first', async () => {
      const world = await World.start(makeEngine)
      expect(await world.chats('ann')).toEqual([])
      const withBob = await world.open('ann', 'bob')
      await world.advance(1)
      await world.open('cat', 'ann')
      await world.open('bob', 'cat')
      const others = async () => (await world.chats('ann')).map(room => room.otherId)
      expect(await others()).toEqual(['cat', 'bob'])
      await world.advance(1)
      const message = await world.send(withBob, 'bob')
      expect(await others()).toEqual(['bob', 'cat'])
      await world.advance(1)
      await world.engine.moveCursor(withBob, 'ann', 'seen', message.id)
      await world.engine.openRoom('ann', 'cat')
      expect(await others()).toEqual(['bob', 'cat'])
    })

    test('ending erases the room for both at once', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const image = { id: 'picture', width: 4, height: 3, alt: 'a cat' }
      await world.send(id, 'ann', { image })
      await world.send(id, 'bob')
      await world.hush()
      await world.engine.endRoom(id, 'bob')
      for (const userId of ['ann', 'bob']) {
        expect(await codeOf(world.engine.readRoom(id, userId))).toBe('not_found')
        expect(await world.chats(userId)).toEqual([])
      }
      expect(await world.findRoom('ann', 'bob')).toBeNull()
      await world.advance(120_000)
      expect(world.events).toEqual([
        {
          type: 'room.dissolved',
          roomId: id,
          to: ['ann', 'bob'],
          reason: 'ended',
          byId: 'bob',
        },
      ])
      expect(world.notices).toContainEqual({ type: 'room.dissolved', roomId: id })
      expect(await world.engine.readStats()).toEqual({
        rooms: 0,
        messages: 0,
        onlineUsers: 0,
        bytesHeld: 0,
        expiredMessages: 0,
      })
    })

    test('forgetting a person erases all their rooms and their presence, and nothing else', async () => {
      const world = await World.start(makeEngine)
      const gone = [await world.open('ann', 'bob'), await world.open('cat', 'ann')]
      const stays = await world.open('bob', 'cat')
      await world.engine.holdLease('ann', 'tab', 30_000)
      await world.engine.holdLease('bob', 'tab', 30_000)
      await world.hush()
      await world.engine.forgetPerson('ann')
      const dissolved = await world.told('room.dissolved')
      expect(dissolved.map(event => event.roomId).sort()).toEqual(gone.sort())
      for (const event of dissolved) expect(event).toMatchObject({ reason: 'account_deleted', byId: 'ann' })
      expect(world.events).toHaveLength(2)
      expect(await world.engine.readStats()).toMatchObject({ rooms: 1, onlineUsers: 1 })
      expect((await world.engine.readRoom(stays, 'bob')).id).toBe(stays)
      await world.open('ann', 'bob')
      const presence = await world.engine.readPresence('bob', ['ann'])
      expect(presence.get('ann')).toEqual({ userId: 'ann', isOnline: false, lastSeen: null })
      await world.hush()
      await world.advance(20_000)
      await world.engine.forgetPerson('nobody')
      expect(await world.told('presence.changed')).toEqual([])
    })
  })
}
