import { describe, expect, test } from 'vitest'
import type { Presence } from '#src/chat/engine.js'
import { type MakeEngine, World } from '../support/engine/world.js'

/** Leases: who is online, since when not, and who hears of it. */
export function describePresence(makeEngine: MakeEngine): void {
  async function start() {
    const world = await World.start(makeEngine)
    await world.open('ann', 'bob')
    await world.open('cat', 'ann')
    await world.open('bob', 'dan')
    await world.hush()
    return world
  }
  const presenceOfAnn = async (world: World): Promise<Presence | undefined> =>
    (await world.engine.readPresence('bob', ['ann'])).get('ann')

  describe('presence', () => {
    test('the first lease makes a person online and tells those who share a room with them', async () => {
      const world = await start()
      expect(await presenceOfAnn(world)).toEqual({ userId: 'ann', isOnline: false, lastSeen: null })
      await world.engine.holdLease('ann', 'tab-1', 30_000)
      const presence = { userId: 'ann', isOnline: true, lastSeen: null }
      const told = await world.toldPresences()
      expect(told).toHaveLength(1)
      expect(told[0]).toMatchObject({ presence })
      expect(told[0]?.to.sort()).toEqual(['bob', 'cat'])
      expect(await presenceOfAnn(world)).toEqual(presence)
      expect(await world.engine.readStats()).toMatchObject({ onlineUsers: 1 })
    })

    test('only those who share a room are told and may ask', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'tab', 30_000)
      const ofDan = await world.engine.readPresence('dan', ['ann', 'bob', 'cat', 'dan', 'nobody'])
      expect([...ofDan.keys()]).toEqual(['bob'])
      expect((await world.engine.readPresence('nobody', ['ann'])).size).toBe(0)
      expect((await world.engine.readPresence('ann', [])).size).toBe(0)
    })

    test('closing one of two tabs changes nothing, nor does a second one', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'tab-1', 30_000)
      await world.engine.holdLease('ann', 'tab-2', 30_000)
      await world.engine.dropLease('ann', 'tab-1', 0)
      await world.engine.dropLease('ann', 'never was', 0)
      await world.engine.dropLease('nobody', 'tab-2', 0)
      await world.advance(10_000)
      expect(await world.toldPresences()).toHaveLength(1)
      expect(await presenceOfAnn(world)).toMatchObject({ isOnline: true })
      await world.engine.dropLease('ann', 'tab-2', 0)
      expect(await world.toldPresences()).toHaveLength(2)
      expect(await presenceOfAnn(world)).toEqual({ userId: 'ann', isOnline: false, lastSeen: world.now() })
      expect(await world.engine.readStats()).toMatchObject({ onlineUsers: 0 })
    })

    test('a lease given up lingers; then its person has been gone since it was given up', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'tab', 30_000)
      await world.hush()
      const givenUpAt = world.now()
      await world.engine.dropLease('ann', 'tab', 8_000)
      await world.advance(4_000)
      await world.engine.dropLease('ann', 'tab', 8_000)
      await world.advance(3_999)
      expect(await presenceOfAnn(world)).toMatchObject({ isOnline: true, lastSeen: null })
      expect(world.events).toEqual([])
      await world.advance(1)
      const presence = { userId: 'ann', isOnline: false, lastSeen: givenUpAt }
      expect(await presenceOfAnn(world)).toEqual(presence)
      const told = await world.toldPresences()
      expect(told.map(each => each.presence)).toEqual([presence])
      expect(told[0]?.to.sort()).toEqual(['bob', 'cat'])
    })

    test('a reload within the linger is heard by nobody', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'page-1', 30_000)
      await world.hush()
      await world.engine.dropLease('ann', 'page-1', 8_000)
      await world.advance(7_999)
      await world.engine.holdLease('ann', 'page-2', 30_000)
      await world.advance(20_000)
      await world.engine.dropLease('ann', 'page-2', 8_000)
      await world.advance(1_000)
      await world.engine.holdLease('ann', 'page-2', 30_000)
      await world.advance(29_000)
      expect(await world.told('presence.changed')).toEqual([])
      expect(await presenceOfAnn(world)).toMatchObject({ isOnline: true })
    })

    test('a lease that is not renewed lapses; one that is does not', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'tab', 10_000)
      for (let time = 0; time < 10; time += 1) {
        await world.advance(9_999)
        await world.engine.holdLease('ann', 'tab', 10_000)
      }
      await world.advance(9_999)
      expect(await world.toldPresences()).toHaveLength(1)
      await world.advance(1)
      const lapsed = { userId: 'ann', isOnline: false, lastSeen: world.now() }
      expect((await world.toldPresences()).at(-1)?.presence).toEqual(lapsed)
      await world.advance(5_000)
      expect(await presenceOfAnn(world)).toEqual(lapsed)
      await world.engine.dropLease('ann', 'tab', 8_000)
      expect(await presenceOfAnn(world)).toEqual(lapsed)
      await world.engine.holdLease('ann', 'tab', 10_000)
      expect(await presenceOfAnn(world)).toEqual({ userId: 'ann', isOnline: true, lastSeen: null })
      expect(await world.toldPresences()).toHaveLength(3)
    })

    test('last seen is when the latest lease ended, not the one that ran out last', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'lingers', 30_000)
      await world.engine.holdLease('ann', 'crashes', 5_000)
      await world.advance(1_000)
      await world.engine.dropLease('ann', 'lingers', 20_000)
      await world.advance(4_000)
      const crashedAt = world.now()
      await world.advance(15_999)
      expect(await presenceOfAnn(world)).toMatchObject({ isOnline: true })
      await world.advance(1)
      expect(await presenceOfAnn(world)).toEqual({ userId: 'ann', isOnline: false, lastSeen: crashedAt })
    })

    test('a lapse is read on time, however late the timer is', async () => {
      const world = await start()
      await world.engine.holdLease('ann', 'tab', 10_000)
      const lapsesAt = world.now() + 10_000
      world.harness.clock.jump(15_000)
      expect(await presenceOfAnn(world)).toEqual({ userId: 'ann', isOnline: false, lastSeen: lapsesAt })
      expect(await world.engine.readStats()).toMatchObject({ onlineUsers: 0 })
    })

    test('someone who shares no room can be online too, and learns of rooms later', async () => {
      const world = await start()
      await world.engine.holdLease('eve', 'tab', 30_000)
      expect(await world.told('presence.changed')).toEqual([])
      await world.open('eve', 'bob')
      expect((await world.engine.readPresence('bob', ['eve'])).get('eve')).toMatchObject({ isOnline: true })
      await world.engine.dropLease('eve', 'tab', 0)
      expect((await world.told('presence.changed')).at(-1)?.to).toEqual(['bob'])
    })

    test('leases taken and given up at once leave nobody behind', async () => {
      const world = await start()
      const leases = Array.from({ length: 40 }, (_, index) => `tab-${index}`)
      await Promise.all(leases.map(lease => world.engine.holdLease('ann', lease, 30_000)))
      await Promise.all(leases.map(lease => world.engine.dropLease('ann', lease, 0)))
      expect((await world.toldPresences()).map(each => each.presence.isOnline)).toEqual([true, false])
    })
  })
}
