// Long because all that is said of messages that vanished unseen is tested here.
import { describe, expect, test } from 'vitest'
import { totalsOf, type UserId, unshownMs } from '#src/chat/engine.js'
import { type MakeEngine, World } from '../support/engine/world.js'

const graceMs = 300_000
const lifetimeMs = 1_000

/** How many messages vanished before they were seen, and who is told of it. */
export function describeVanished(makeEngine: MakeEngine): void {
  /** A room of ann and bob. `counts`: what a person missed and what the other missed of theirs, since last shown. */
  async function start() {
    const world = await World.start(makeEngine, { roomGraceMs: graceMs })
    const id = await world.open()
    const read = async (userId: UserId) => (await world.engine.readRoom(id, userId)).vanished
    const counts = async (userId: UserId) => {
      const { theirs, mine } = await read(userId)
      return [theirs.total - theirs.shown, mine.total - mine.shown]
    }
    const show = async (userId: UserId) => world.engine.noteVanishedShown(id, userId, totalsOf(await read(userId)))
    return { world, id, read, counts, show }
  }

  describe('messages that vanish before they are seen', () => {
    test('are counted for both, and both are told whose they were', async () => {
      const { world, id, counts } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.send(id, 'ann', { lifetimeMs })
      await world.hush()
      await world.advance(lifetimeMs)
      expect([await counts('ann'), await counts('bob')]).toEqual([
        [0, 2],
        [2, 0],
      ])
      const told = await world.told('message.removed')
      expect(told.map(({ to, vanishedOf }) => [to, vanishedOf])).toEqual([[['ann', 'bob'], ['ann']]])
    })

    test('are told with the living message that follows them', async () => {
      const { world, id } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      const { id: nextId } = await world.send(id, 'bob')
      await world.advance(lifetimeMs)
      expect((await world.told('message.removed')).map(event => event.nextId)).toEqual([nextId])
    })

    test('are counted only if they were not seen', async () => {
      const { world, id, counts } = await start()
      const seen = await world.send(id, 'ann', { lifetimeMs })
      await world.engine.moveCursor(id, 'bob', 'seen', seen.id)
      await world.advance(lifetimeMs)
      expect([await counts('ann'), await counts('bob')]).toEqual([
        [0, 0],
        [0, 0],
      ])
    })

    test('are not counted if they were deleted', async () => {
      const { world, id, counts } = await start()
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs })
      await world.engine.removeMessage(id, 'ann', messageId)
      await world.advance(lifetimeMs)
      expect([await counts('ann'), await counts('bob')]).toEqual([
        [0, 0],
        [0, 0],
      ])
    })

    test('are counted for their sender only while the other sends receipts', async () => {
      const { world, id, counts } = await start()
      await world.keep('bob', { sendsReceipts: false })
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await world.keep('bob', {})
      expect([await counts('ann'), await counts('bob')]).toEqual([
        [0, 0],
        [1, 0],
      ])
    })

    test('are counted for their sender alone if they were held, also after unblocking', async () => {
      const { world, id, counts } = await start()
      await world.keep('bob', { blocked: ['ann'] })
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await world.keep('bob', {})
      expect([await counts('ann'), await counts('bob')]).toEqual([
        [0, 1],
        [0, 0],
      ])
    })

    test('are counted for a blocked sender by whether receipts were sent at the block', async () => {
      const { world, id, counts } = await start()
      await world.keep('bob', { blocked: ['ann'] })
      await world.keep('bob', { blocked: ['ann'], sendsReceipts: false })
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      expect(await counts('ann')).toEqual([0, 1])
    })

    test('are told to nobody who has blocked the other', async () => {
      const { world, id } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.keep('bob', { blocked: ['ann'] })
      await world.advance(lifetimeMs)
      const told = await world.toldTo('bob')
      expect(told.flatMap(event => (event.type === 'message.removed' ? [event.vanishedOf] : []))).toEqual([[]])
    })
  })

  describe('the count of vanished messages', () => {
    test('is not changed by reading', async () => {
      const { world, id, counts } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await world.engine.openRoom('bob', 'ann')
      expect(await counts('bob')).toEqual([1, 0])
    })

    test('begins anew once it was shown, for that person alone', async () => {
      const { world, id, counts, show } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await show('bob')
      expect([await counts('bob'), await counts('ann')]).toEqual([
        [0, 0],
        [0, 1],
      ])
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      expect(await counts('bob')).toEqual([1, 0])
    })

    test('keeps what has vanished since it was shown', async () => {
      const { world, id, read, counts } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      const totals = totalsOf(await read('bob'))
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await world.engine.noteVanishedShown(id, 'bob', totals)
      expect(await counts('bob')).toEqual([1, 0])
    })

    test.each([
      ['its reader', 'ann'],
      ['its sender', 'bob'],
    ] as const)('keeps the room until %s was shown it too', async (_who, first) => {
      const { world, id, show } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await show(first)
      await world.advance(graceMs * 2)
      expect(await world.findRoom('ann', 'bob')).toBe(id)
      await show(first === 'ann' ? 'bob' : 'ann')
      await world.advance(graceMs)
      expect(await world.findRoom('ann', 'bob')).toBeNull()
    })

    test.each(['ann', 'bob'] as const)(
      'keeps the room for a day and no longer if %s alone was shown it',
      async shownTo => {
        const { world, id, show } = await start()
        await world.send(id, 'ann', { lifetimeMs })
        await world.advance(lifetimeMs)
        await show(shownTo)
        await world.advance(unshownMs - 1)
        expect(await world.findRoom('ann', 'bob')).toBe(id)
        await world.advance(1)
        expect(await world.findRoom('ann', 'bob')).toBeNull()
      },
    )

    test('of their own messages keeps the room for nobody who gets none', async () => {
      const { world, id, show } = await start()
      await world.keep('bob', { sendsReceipts: false })
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await show('bob')
      await world.advance(graceMs)
      expect(await world.findRoom('ann', 'bob')).toBeNull()
    })

    test('stays beyond the day in a room that lives on', async () => {
      const { world, id, counts } = await start()
      await world.engine.setErasure(id, 'ann', false)
      await world.send(id, 'bob', { lifetimeMs: unshownMs * 3 })
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await world.advance(unshownMs * 2)
      expect([await counts('ann'), await counts('bob')]).toEqual([
        [0, 1],
        [1, 0],
      ])
    })

    test('stands where the messages were for who missed them, and after the newest for who sent them', async () => {
      const { world, id, read } = await start()
      await world.send(id, 'ann', { lifetimeMs })
      await world.send(id, 'bob')
      await world.advance(lifetimeMs)
      expect([(await read('bob')).theirs.afterSeq, (await read('ann')).mine.afterSeq]).toEqual([1, 2])
    })

    test('keeps the room as long if the messages were held', async () => {
      const { world, id } = await start()
      await world.keep('bob', { blocked: ['ann'] })
      await world.send(id, 'ann', { lifetimeMs })
      await world.advance(lifetimeMs)
      await world.advance(unshownMs - 1)
      expect(await world.findRoom('ann', 'bob')).toBe(id)
      await world.advance(1)
      expect(await world.findRoom('ann', 'bob')).toBeNull()
    })
  })
}
