// Long because every case of one behaviour stands here.
import { describe, expect, test } from 'vitest'
import type { Presence, UserId } from '#src/chat/engine.js'
import { codeOf, day, type MakeEngine, World } from '../support/engine/world.js'

const lingerMs = 10_000

/** Blocks: what they keep from whom, and that the blocked cannot tell. */
export function describeBlocks(makeEngine: MakeEngine): void {
  async function start(roomGraceMs = 30 * day) {
    const world = await World.start(makeEngine, { roomGraceMs })
    return {
      world,
      engine: world.engine,
      block: (userId: UserId, otherId: UserId) => world.keep(userId, { blocked: [otherId] }, lingerMs),
      unblock: (userId: UserId) => world.keep(userId, {}, lingerMs),
      come: (userId: UserId) => world.engine.holdLease(userId, 'page', day),
      leave: (userId: UserId) => world.engine.dropLease(userId, 'page', lingerMs),
      seenBy: async (viewerId: UserId, userId: UserId) =>
        (await world.engine.readPresence(viewerId, [userId])).get(userId),
      presencesToldTo: async (userId: UserId): Promise<Presence[]> =>
        (await world.toldTo(userId)).flatMap(event => (event.type === 'presence.changed' ? [event.presence] : [])),
      endingsToldTo: async (userId: UserId) =>
        (await world.toldTo(userId)).filter(({ type }) => type === 'room.dissolved').length,
    }
  }
  type Setting = Awaited<ReturnType<typeof start>>

  /** What a person sees of another, and is told of them, from the moment that something is done. */
  async function watch(setting: Setting, viewerId: UserId, userId: UserId, act: () => Promise<unknown>) {
    const { world } = setting
    await world.hush()
    const begin = world.now()
    await act()
    const seen: unknown[] = []
    for (const ms of [0, lingerMs - 1, 1, 60_000]) {
      await world.advance(ms)
      const { isOnline, lastSeen } = (await setting.seenBy(viewerId, userId)) ?? {}
      const told = (await setting.presencesToldTo(viewerId)).map(each => [
        each.isOnline,
        each.lastSeen && each.lastSeen - begin,
      ])
      seen.push({ isOnline, since: lastSeen && lastSeen - begin, told })
    }
    return seen
  }

  describe('a block', () => {
    test('shows the blocked who blocked them as it shows anybody who closes their pages, and nothing after that', async () => {
      const setting = await start()
      const { world, block, come, leave, seenBy, presencesToldTo } = setting
      await world.open('ann', 'rude')
      await world.open('leaver', 'rude')
      await Promise.all([come('ann'), come('leaver')])
      const left = await watch(setting, 'rude', 'leaver', () => leave('leaver'))
      expect(await watch(setting, 'rude', 'ann', () => block('ann', 'rude'))).toEqual(left)
      await world.hush()
      await leave('ann')
      await world.advance(lingerMs)
      await come('ann')
      expect([await presencesToldTo('rude'), (await seenBy('rude', 'ann'))?.isOnline]).toEqual([[], false])
    })

    test('leaves who was away when they blocked as they were seen last', async () => {
      const { world, block, come, leave, seenBy, presencesToldTo } = await start()
      await world.open('ann', 'rude')
      await come('ann')
      await leave('ann')
      await world.advance(60_000)
      const before = await seenBy('rude', 'ann')
      expect(before?.lastSeen).toBe(world.now() - 60_000)
      await block('ann', 'rude')
      await come('ann')
      expect([await seenBy('rude', 'ann'), (await presencesToldTo('rude')).at(-1)]).toEqual([before, before])
    })

    test('shows who has blocked since before the start like anybody who has not opened the chat yet', async () => {
      const { world, block, come, seenBy, presencesToldTo } = await start()
      await block('ann', 'rude')
      await world.openAlone('rude', 'ann')
      await world.openAlone('rude', 'stranger')
      await Promise.all([come('ann'), come('stranger')])
      expect([await seenBy('rude', 'stranger'), await seenBy('rude', 'ann')]).toEqual([undefined, undefined])
      expect(await presencesToldTo('rude')).toEqual([])
    })

    test('shows people as they are again once it is taken back', async () => {
      const { world, block, unblock, come, leave, seenBy, presencesToldTo } = await start()
      await world.open('ann', 'rude')
      await come('ann')
      await block('ann', 'rude')
      await world.advance(lingerMs)
      await world.hush()
      await unblock('ann')
      expect(await presencesToldTo('rude')).toEqual([{ userId: 'ann', isOnline: true, lastSeen: null }])
      await leave('ann')
      await world.advance(lingerMs)
      expect(await seenBy('rude', 'ann')).toEqual((await presencesToldTo('rude')).at(-1))
    })

    test('says nothing twice when it is taken back before it showed', async () => {
      const { world, block, unblock, come, presencesToldTo } = await start()
      await world.open('ann', 'rude')
      await come('ann')
      await world.hush()
      await block('ann', 'rude')
      await unblock('ann')
      await world.advance(lingerMs)
      expect(await presencesToldTo('rude')).toEqual([])
    })

    test('hides the blocked and the chat with them from who blocked, and brings the chat back to their list', async () => {
      const { world, engine, block, unblock, come, seenBy, presencesToldTo } = await start()
      const id = await world.open('ann', 'rude')
      const other = await world.open('ann', 'bob')
      await world.send(id, 'rude')
      await world.send(other, 'bob')
      expect(await block('ann', 'rude')).toEqual(['rude'])
      await come('rude')
      expect([await seenBy('ann', 'rude'), await presencesToldTo('ann')]).toEqual([undefined, []])
      expect(await engine.listRooms('ann', { limit: 9 })).toMatchObject({ rooms: [{ id: other }], totalUnread: 1 })
      expect(await world.findRoom('ann', 'rude')).toBeNull()
      const calls = [engine.readRoom(id, 'ann'), world.summary(id, 'ann'), engine.endRoom(id, 'ann')]
      expect(new Set(await Promise.all(calls.map(codeOf)))).toEqual(new Set(['not_found']))
      expect([await engine.isMember(id, 'ann'), await engine.isMember(id, 'rude')]).toEqual([false, true])
      expect(await codeOf(engine.openRoom('ann', 'rude'))).toBe('blocked')
      await world.hush()
      expect(await world.keep('ann', { blocked: [] })).toEqual([])
      expect((await world.toldTo('ann')).map(({ type }) => type)).toEqual(['room.opened', 'presence.changed'])
      expect((await engine.listRooms('ann', { limit: 9 })).totalUnread).toBe(2)
      await unblock('ann')
      expect(await world.findRoom('ann', 'rude')).toBe(id)
    })

    test('is forgotten with who blocked', async () => {
      const { world, engine, block, come, seenBy } = await start()
      await world.open('ann', 'rude')
      await come('ann')
      await block('ann', 'rude')
      await engine.forgetPerson('ann')
      await world.open('rude', 'ann')
      expect(await seenBy('rude', 'ann')).toMatchObject({ isOnline: false, lastSeen: null })
    })

    test('keeps nobody from hearing that a room ends which a page of theirs may show', async () => {
      const { world, engine, block, endingsToldTo } = await start()
      const room = await world.open('ann', 'rude')
      await block('ann', 'rude')
      await engine.endRoom(room, 'rude')
      expect(await endingsToldTo('ann')).toBe(1)
    })

    test('keeps from who blocked that the blocked opens a room, writes and ends it, also once it is taken back', async () => {
      const { world, engine, block, unblock, endingsToldTo } = await start()
      await block('ann', 'rude')
      await world.hush()
      for (const times of [1, 2]) {
        const room = await world.openAlone('rude', 'ann')
        await world.send(room, 'rude')
        await engine.endRoom(room, 'rude')
        expect([await endingsToldTo('ann'), await endingsToldTo('rude')]).toEqual([0, times])
      }
      const room = await world.openAlone('rude', 'ann')
      await world.send(room, 'rude')
      await unblock('ann')
      await engine.endRoom(room, 'rude')
      expect(await world.toldTo('ann')).toEqual([])
    })

    test('lets a room end when the blocked was shown that who blocked them had left, though these are here all the time', async () => {
      const graceMs = 300_000
      const { world, block, come, leave, endingsToldTo } = await start(graceMs)
      await world.open('ann', 'rude')
      await Promise.all([come('ann'), come('rude')])
      await block('ann', 'rude')
      await leave('rude')
      await world.advance(graceMs - 1)
      expect(await world.findRoom('rude', 'ann')).not.toBeNull()
      await world.advance(1)
      expect(await world.findRoom('rude', 'ann')).toBeNull()
      expect(await endingsToldTo('rude')).toBe(1)
    })

    test('lets no room end sooner or later because who blocked comes, goes or is long gone', async () => {
      const graceMs = 300_000
      const { world, block, come, leave } = await start(graceMs)
      await world.open('ann', 'rude')
      await come('rude')
      await come('ann')
      await block('ann', 'rude')
      await world.advance(graceMs * 2)
      await leave('rude')
      await leave('ann')
      await world.advance(graceMs - 1)
      await come('ann')
      expect(await world.findRoom('rude', 'ann')).not.toBeNull()
      await world.advance(1)
      expect(await world.findRoom('rude', 'ann')).toBeNull()
    })
  })
}
