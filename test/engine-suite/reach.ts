import { describe, expect, test } from 'vitest'
import { type MakeEngine, World } from '../support/engine/world.js'

/** How far messages have come, as the server itself is told. */
export function describeReach(makeEngine: MakeEngine): void {
  describe('the reach of a message', () => {
    test('is how far its recipient has got, until it is gone', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const { id: messageId, expiresAt } = await world.send(id, 'ann')
      const reach = () => world.engine.readReach(id, messageId)
      const sent = { recipientId: 'bob', hasEntered: true, isDelivered: false, isSeen: false, expiresAt }
      expect(await reach()).toEqual(sent)
      await world.engine.moveCursor(id, 'bob', 'delivered', messageId)
      expect(await reach()).toEqual({ ...sent, isDelivered: true })
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      expect(await reach()).toEqual({ ...sent, isDelivered: true, isSeen: true })
      await world.advance(60_000)
      expect(await reach()).toBeNull()
    })

    test('is that of each message, whoever of the two has sent it', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const [first, second, third] = [
        await world.send(id, 'ann'),
        await world.send(id, 'bob'),
        await world.send(id, 'ann'),
      ]
      await world.engine.moveCursor(id, 'bob', 'seen', first.id)
      const reaches = await Promise.all([first, second, third].map(each => world.engine.readReach(id, each.id)))
      expect(reaches.map(reach => [reach?.recipientId, reach?.isSeen])).toEqual([
        ['bob', true],
        ['ann', false],
        ['bob', false],
      ])
    })

    test('is the real one, also of somebody who sends no receipts', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.keep('bob', { sendsReceipts: false })
      const { id: messageId } = await world.send(id, 'ann')
      await world.engine.moveCursor(id, 'bob', 'seen', messageId)
      expect(await world.engine.readReach(id, messageId)).toMatchObject({ isDelivered: true, isSeen: true })
    })

    test('says whether its recipient has ever opened the room, and changes nothing of that', async () => {
      const world = await World.start(makeEngine)
      const id = await world.openAlone('ann', 'bob')
      const { id: messageId } = await world.send(id, 'ann')
      for (let time = 0; time < 2; time += 1) {
        expect(await world.engine.readReach(id, messageId)).toMatchObject({ recipientId: 'bob', hasEntered: false })
      }
      await world.engine.readRoom(id, 'bob')
      expect(await world.engine.readReach(id, messageId)).toMatchObject({ hasEntered: true })
    })

    test('is nothing where the message is held, then and after the block', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.keep('bob', { blocked: ['ann'] })
      const { id: messageId } = await world.send(id, 'ann')
      expect(await world.engine.readReach(id, messageId)).toBeNull()
      await world.keep('bob', {})
      expect(await world.engine.readReach(id, messageId)).toBeNull()
    })

    test('is nothing while its recipient has blocked its sender, though it came before', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const { id: messageId } = await world.send(id, 'ann')
      await world.keep('bob', { blocked: ['ann'] })
      expect(await world.engine.readReach(id, messageId)).toBeNull()
      await world.keep('bob', {})
      expect(await world.engine.readReach(id, messageId)).toMatchObject({ recipientId: 'bob' })
    })

    test('is nothing once the message or the room is erased, nor of what never was', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const [deleted, erased] = [await world.send(id, 'ann'), await world.send(id, 'ann')]
      const elsewhere = await world.send(await world.open('ann', 'cat'), 'ann')
      await world.engine.removeMessage(id, 'ann', deleted.id)
      const readAll = () =>
        Promise.all([deleted.id, elsewhere.id, 'never was'].map(messageId => world.engine.readReach(id, messageId)))
      expect(await readAll()).toEqual([null, null, null])
      expect(await world.engine.readReach('nowhere', erased.id)).toBeNull()
      await world.engine.endRoom(id, 'ann')
      expect(await world.engine.readReach(id, erased.id)).toBeNull()
    })
  })
}
