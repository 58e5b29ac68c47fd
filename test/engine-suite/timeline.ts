import { describe, expect, test } from 'vitest'
import type { UserId, WindowAsk } from '#src/chat/engine.js'
import { type MakeEngine, World } from '../support/engine/world.js'

const minute = 60_000

/** What happens in a room beside its messages, and stands among them. */
export function describeTimeline(makeEngine: MakeEngine): void {
  async function start() {
    const world = await World.start(makeEngine, { keepLonger: true, messageTtlMs: 10 * minute })
    const id = await world.open()
    const shown = async (userId: UserId, ask?: WindowAsk) =>
      (await world.engine.readRoom(id, userId, ask)).timeline.map(({ what, afterSeq, byId }) => [what, afterSeq, byId])
    return { world, engine: world.engine, id, shown }
  }

  describe('the timeline', () => {
    test('has what was chosen and kept, after the newest message of that time', async () => {
      const { world, engine, id, shown } = await start()
      await engine.setLifetime(id, 'ann', { lifetimeMs: minute, from: 'sent' })
      await world.send(id, 'ann', { lifetimeMs: minute })
      await world.advance(minute / 2)
      await engine.keepLonger(id, 'bob')
      await world.send(id, 'ann', { lifetimeMs: minute })
      await engine.setErasure(id, 'bob', false)
      for (const userId of ['ann', 'bob']) {
        expect(await shown(userId)).toEqual([
          ['lifetime', 0, 'ann'],
          ['kept', 1, 'bob'],
          ['erasure', 2, 'bob'],
        ])
      }
    })

    test('has that a chat was opened again, for both', async () => {
      const { world, engine, id } = await start()
      await engine.endRoom(id, 'ann')
      const { id: again } = await engine.openRoom('bob', 'ann')
      await world.send(again, 'bob')
      for (const userId of ['ann', 'bob']) {
        const { timeline } = await engine.readRoom(again, userId)
        expect(timeline).toMatchObject([{ what: 'reopened', byId: 'bob', afterSeq: 0 }])
      }
    })

    test('forgets an event when the messages of its time are gone', async () => {
      const { world, engine, id, shown } = await start()
      await engine.setLifetime(id, 'ann', { lifetimeMs: 5 * minute, from: 'sent' })
      await world.advance(5 * minute - 1)
      expect(await shown('bob')).toHaveLength(1)
      await world.advance(1)
      expect(await shown('bob')).toEqual([])
    })

    test('has what the same person does again without a message in between once', async () => {
      const { world, engine, id, shown } = await start()
      for (const lifetimeMs of [1, 2, 3])
        await engine.setLifetime(id, 'ann', { lifetimeMs: lifetimeMs * minute, from: 'sent' })
      await engine.setLifetime(id, 'bob', { lifetimeMs: 4 * minute, from: 'sent' })
      expect(await shown('ann')).toEqual([
        ['lifetime', 0, 'ann'],
        ['lifetime', 0, 'bob'],
      ])
      await world.send(id, 'ann')
      await engine.setLifetime(id, 'bob', { lifetimeMs: 5 * minute, from: 'sent' })
      expect(await shown('ann')).toHaveLength(3)
    })

    test('has the latest fifty events', async () => {
      const { world, engine, id, shown } = await start()
      for (let index = 1; index <= 51; index += 1) {
        await world.send(id, 'bob', { lifetimeMs: 1e9 })
        await engine.setErasure(id, 'ann', index % 2 === 0)
      }
      const events = await shown('ann')
      expect([events.length, events[0]]).toEqual([50, ['erasure', 2, 'ann']])
    })

    test('is given in parts: each event in the window of the message after it, or in that of the newest', async () => {
      const { world, engine, id, shown } = await start()
      for (let seq = 1; seq <= 4; seq += 1) {
        await world.send(id, 'ann', { lifetimeMs: 1e9 })
        await engine.setErasure(id, 'ann', seq % 2 === 0)
      }
      const seqs = async (ask: WindowAsk) => (await shown('bob', ask)).map(([, afterSeq]) => afterSeq)
      expect(await seqs({ of: 'newest', limit: 2 })).toEqual([2, 3, 4])
      expect(await seqs({ of: 'before', seq: 3, limit: 2 })).toEqual([1])
      expect(await seqs({ of: 'after', seq: 1, limit: 1 })).toEqual([1])
      expect(await seqs({ of: 'page', from: 3, to: 4, isOpenEnded: true })).toEqual([2, 3, 4])
    })

    test('has nothing for somebody that the other did while blocked by them, also after unblocking', async () => {
      const { world, engine, id, shown } = await start()
      await world.keep('ann', { blocked: ['bob'] })
      await engine.setLifetime(id, 'bob', { lifetimeMs: minute, from: 'sent' })
      await engine.setErasure(id, 'bob', false)
      await world.keep('ann', { blocked: [] })
      expect([await shown('ann'), (await shown('bob')).length]).toEqual([[], 2])
    })
  })
}
