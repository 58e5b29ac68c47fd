import { describe, expect, test } from 'vitest'
import { messageStatusOf } from '#src/chat/engine.js'
import { codeOf, type MakeEngine, World } from '../support/engine/world.js'

/** The two cursors of a person. */
export function describeReceipts(makeEngine: MakeEngine): void {
  describe('receipts', () => {
    test('one report covers all that came before it', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const sent = [await world.send(id, 'ann'), await world.send(id, 'ann'), await world.send(id, 'ann')] as const
      await world.hush()
      await world.engine.moveCursor(id, 'bob', 'delivered', sent[1].id)
      expect(await world.told('receipt.moved')).toEqual([
        {
          type: 'receipt.moved',
          roomId: id,
          to: ['ann', 'bob'],
          version: 5,
          userId: 'bob',
          before: { delivered: 0, seen: 0 },
          after: { delivered: 2, seen: 0 },
          messages: [sent[0], sent[1]],
        },
      ])
      const view = await world.engine.readRoom(id, 'ann')
      expect(view.messages.map(message => messageStatusOf(message, view.theirs))).toEqual([
        'delivered',
        'delivered',
        'sent',
      ])
      expect(view.mine).toEqual({ delivered: 0, seen: 0 })
    })

    test('seen implies delivered, in one change', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const { id: messageId } = await world.send(id, 'ann')
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      const view = await world.engine.readRoom(id, 'bob')
      expect(view).toMatchObject({ version: 3, mine: { delivered: 1, seen: 1 } })
      expect(await world.told('receipt.moved')).toHaveLength(1)
    })

    test('a report tells of exactly the living messages whose status it changes', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const first = await world.send(id, 'ann')
      await world.send(id, 'bob')
      await world.send(id, 'ann', { lifetimeMs: 10 })
      const fourth = await world.send(id, 'ann')
      const fifth = await world.send(id, 'ann')
      await world.advance(10)
      await world.engine.moveCursor(id, 'bob', 'delivered', first.id)
      await world.engine.moveCursor(id, 'bob', 'delivered', fourth.id)
      await world.engine.moveCursor(id, 'bob', 'seen', fifth.id)
      const told = (await world.told('receipt.moved')).map(event => event.messages)
      expect(told).toEqual([[first], [fourth], [first, fourth, fifth]])
    })

    test('delivered may run ahead of seen and never pulls it along', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const first = await world.send(id, 'ann')
      const second = await world.send(id, 'ann')
      await world.engine.moveCursor(id, 'bob', 'delivered', second.id)
      await world.engine.moveCursor(id, 'bob', 'seen', first.id)
      expect((await world.engine.readRoom(id, 'bob')).mine).toEqual({ delivered: 2, seen: 1 })
    })

    test('what moves nothing changes nothing and tells nothing', async () => {
      const world = await World.start(makeEngine)
      const { engine } = world
      const id = await world.open()
      const early = await world.send(id, 'ann')
      const short = await world.send(id, 'ann', { lifetimeMs: 10 })
      const late = await world.send(id, 'ann')
      const own = await world.send(id, 'bob')
      const last = await world.send(id, 'ann', { lifetimeMs: 10 })
      const elsewhere = await world.send(await world.open('ann', 'cat'), 'ann')
      await engine.moveCursor(id, 'bob', 'seen', late.id)
      await world.advance(10)
      await world.hush()
      const before = await engine.readRoom(id, 'bob')
      for (const kind of ['delivered', 'seen'] as const) {
        for (const { id: messageId } of [early, short, late, own, last, elsewhere, { id: 'never was' }]) {
          await engine.moveCursor(id, 'bob', kind, messageId)
        }
      }
      expect(await engine.readRoom(id, 'bob')).toEqual(before)
      await world.harness.settle()
      expect(world.events).toEqual([])
      expect(await codeOf(() => engine.moveCursor('nowhere', 'bob', 'seen', late.id))).toBe('not_found')
    })

    test('unread is what lives, is the other’s and is unseen', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const unread = async () => (await world.summary(id, 'bob')).unread
      const first = await world.send(id, 'ann', { lifetimeMs: 10 })
      await world.send(id, 'bob')
      const third = await world.send(id, 'ann', { lifetimeMs: 20 })
      const fourth = await world.send(id, 'ann')
      await world.send(id, 'ann', { lifetimeMs: 20 })
      expect(await unread()).toBe(4)
      await world.engine.moveCursor(id, 'bob', 'delivered', fourth.id)
      expect(await unread()).toBe(4)
      await world.engine.moveCursor(id, 'bob', 'seen', first.id)
      expect(await unread()).toBe(3)
      await world.advance(10)
      expect(await unread()).toBe(3)
      await world.engine.moveCursor(id, 'bob', 'seen', third.id)
      expect(await unread()).toBe(2)
      await world.advance(10)
      expect(await unread()).toBe(1)
      await world.engine.moveCursor(id, 'bob', 'seen', fourth.id)
      expect(await unread()).toBe(0)
      expect((await world.summary(id, 'ann')).unread).toBe(1)
    })

    test('reports that arrive at once and out of order end where the furthest one says', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const sent = await Promise.all(Array.from({ length: 20 }, () => world.send(id, 'ann')))
      await Promise.all(sent.reverse().map(message => world.engine.moveCursor(id, 'bob', 'seen', message.id)))
      expect((await world.engine.readRoom(id, 'bob')).mine).toEqual({ delivered: 20, seen: 20 })
      const reached = (await world.told('receipt.moved')).map(event => event.after.seen)
      expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b))
    })
  })
}
