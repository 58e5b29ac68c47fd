import { describe, expect, test } from 'vitest'
import type { UserId } from '#src/chat/engine.js'
import { day, type MakeEngine, World } from '../support/engine/world.js'

/** What is remembered of a room that has ended. */
export function describeEndings(makeEngine: MakeEngine): void {
  /** A room that both have entered, unless told. */
  async function start(given: Parameters<typeof World.start>[1] = {}) {
    const world = await World.start(makeEngine, given)
    const id = await world.open()
    const why = async (userId: UserId) =>
      (await world.engine.listEndings(userId)).map(({ otherId, reason, byId }) => [otherId, reason, byId])
    return { world, engine: world.engine, id, why }
  }

  describe('why a room ended', () => {
    test('is said to both for a day, and who ended it', async () => {
      const { world, engine, id, why } = await start()
      await world.send(id, 'ann', { text: 'secret' })
      await engine.endRoom(id, 'bob')
      const expiresAt = world.now() + day
      expect(await engine.listEndings('ann')).toEqual([
        { roomId: id, otherId: 'bob', reason: 'ended', byId: 'bob', expiresAt },
      ])
      expect(await why('bob')).toEqual([['ann', 'ended', 'bob']])
      await world.advance(day - 1)
      expect(await why('ann')).toHaveLength(1)
      await world.advance(1)
      expect([await why('ann'), await why('bob')]).toEqual([[], []])
    })

    test('is that both were away', async () => {
      const { world, why } = await start({ roomGraceMs: 1_000 })
      await world.advance(1_000)
      expect([await why('ann'), await why('bob')]).toEqual([[['bob', 'away', null]], [['ann', 'away', null]]])
    })

    test('is that an account was deleted, and nothing is remembered for that account', async () => {
      const { engine, id, why } = await start()
      await engine.endRoom(id, 'ann')
      await engine.openRoom('bob', 'ann')
      await engine.openRoom('ann', 'bob')
      await engine.openRoom('bob', 'cat')
      await engine.forgetPerson('bob')
      expect([await why('ann'), await why('bob')]).toEqual([[['bob', 'account_deleted', 'bob']], []])
    })

    test('is said of the latest room of two people alone, and of none once they have another', async () => {
      const { engine, id, why } = await start()
      await engine.endRoom(id, 'ann')
      const { id: second } = await engine.openRoom('bob', 'ann')
      expect([await why('ann'), await why('bob')]).toEqual([[['bob', 'ended', 'ann']], []])
      await engine.openRoom('ann', 'bob')
      expect(await why('ann')).toEqual([])
      await engine.endRoom(second, 'bob')
      expect(await why('ann')).toEqual([['bob', 'ended', 'bob']])
    })

    test('is said to nobody to whom the room was not shown, nor of one in which nobody wrote', async () => {
      const { world, engine, why } = await start({ roomGraceMs: 1_000 })
      await engine.endRoom(await world.openAlone('ann', 'cat'), 'ann')
      await world.openAlone('dan', 'cat')
      await world.advance(1_000)
      expect([await why('cat'), await why('dan')]).toEqual([[], []])
    })

    test('is said of the latest hundred, the latest first', async () => {
      const { world, engine } = await start()
      for (let index = 0; index < 101; index += 1) {
        await engine.endRoom(await world.open('ann', `other-${index}`), 'ann')
      }
      const endings = await engine.listEndings('ann')
      expect([endings.length, endings[0]?.otherId, endings.at(-1)?.otherId]).toEqual([100, 'other-100', 'other-1'])
    })

    test('is not said to somebody who had blocked the other, also after unblocking, and is said to the blocked', async () => {
      const { world, engine, id, why } = await start()
      await world.keep('ann', { blocked: ['bob'] })
      await engine.endRoom(id, 'bob')
      expect(await world.told('room.dissolved')).toMatchObject([
        { to: ['ann'], reason: null, byId: null },
        { to: ['bob'], reason: 'ended', byId: 'bob' },
      ])
      await world.keep('ann', { blocked: [] })
      expect([await why('ann'), await why('bob')]).toEqual([[], [['ann', 'ended', 'bob']]])
    })

    test('is no longer said once somebody has blocked the other', async () => {
      const { world, engine, id, why } = await start()
      await engine.endRoom(id, 'bob')
      await world.keep('ann', { blocked: ['bob'] })
      expect(await why('ann')).toEqual([])
    })
  })
}
