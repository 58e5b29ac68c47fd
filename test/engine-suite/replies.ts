import { describe, expect, test } from 'vitest'
import type { Quote, RoomId, UserId } from '#src/chat/engine.js'
import { codeOf, type MakeEngine, World } from '../support/engine/world.js'

const picture = { id: 'picture', width: 1, height: 1, alt: '  a tree\nin a field' }

/** What a person sees quoted in the newest message of a room. */
async function quoted(world: World, roomId: RoomId, userId: UserId): Promise<Quote | null> {
  const { messages } = await world.engine.readRoom(roomId, userId)
  return messages.at(-1)?.replyTo ?? null
}

/** Replies, and what they quote. */
export function describeReplies(makeEngine: MakeEngine): void {
  describe('replies', () => {
    test('quote the message that they answer, wherever they are read or told of', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.send(id, 'bob')
      const { id: replyTo, seq, expiresAt } = await world.send(id, 'ann', { text: 'are you there?' })
      const quote = { id: replyTo, seq, senderId: 'ann', excerpt: 'are you there?', isPicture: false, expiresAt }
      const draft = world.draft({ text: 'yes', replyTo })
      const sent = await world.engine.sendMessage(id, 'bob', draft)
      expect(sent.message.replyTo).toEqual(quote)
      expect(await world.engine.sendMessage(id, 'bob', draft)).toEqual({ ...sent, duplicate: true })
      for (const userId of ['ann', 'bob']) {
        expect(await quoted(world, id, userId)).toEqual(quote)
        expect((await world.summary(id, userId)).lastMessage?.replyTo).toEqual(quote)
        expect(await world.engine.readQuote(id, userId, replyTo)).toEqual(quote)
      }
      expect((await world.told('message.sent')).at(-1)).toMatchObject({
        message: { replyTo: quote },
        to: ['ann', 'bob'],
      })
      await world.engine.moveCursor(id, 'ann', 'seen', sent.message.id)
      expect((await world.told('receipt.moved')).at(-1)?.messages.at(-1)?.replyTo).toEqual(quote)
    })

    test.each([
      ['the first line that shows something', { text: '\n \n first \nsecond' }, 'first', false],
      ['100 characters of it', { text: 'a'.repeat(101) }, 'a'.repeat(100), false],
      ['no half of a character', { text: `${'a'.repeat(99)}😀b` }, 'a'.repeat(99), false],
      ['a picture by its description', { text: '', image: picture }, 'a tree', true],
      ['a picture without one as such', { text: '', image: { ...picture, alt: '' } }, '', true],
      ['the words of a picture that has some', { text: 'look', image: picture }, 'look', false],
    ])('quote %s', async (_title, draft, excerpt, isPicture) => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      const { id: replyTo } = await world.send(id, 'ann', draft)
      await world.send(id, 'bob', { replyTo })
      expect(await quoted(world, id, 'ann')).toMatchObject({ excerpt, isPicture })
    })

    test('quote nothing any more once the message is gone, and later while it is kept', async () => {
      const world = await World.start(makeEngine, { keepLonger: true })
      const id = await world.open()
      const brief = await world.send(id, 'ann', { lifetimeMs: 120_000 })
      await world.send(id, 'bob', { replyTo: brief.id, lifetimeMs: 1_000_000 })
      await world.advance(60_000)
      await world.engine.keepLonger(id, 'bob')
      expect(await quoted(world, id, 'bob')).toMatchObject({ expiresAt: brief.expiresAt + 120_000 })
      await world.advance(180_000 - 1)
      expect(await quoted(world, id, 'bob')).toMatchObject({ id: brief.id })
      await world.advance(1)
      expect(await quoted(world, id, 'bob')).toBeNull()
      expect(await world.engine.readQuote(id, 'bob', brief.id)).toBeNull()
      const deleted = await world.send(id, 'ann')
      await world.send(id, 'bob', { replyTo: deleted.id })
      await world.engine.removeMessage(id, 'ann', deleted.id)
      for (const userId of ['ann', 'bob']) expect(await quoted(world, id, userId)).toBeNull()
    })

    test('to no message that the sender may know of are sent without a quote', async () => {
      const world = await World.start(makeEngine)
      const [id, other] = [await world.open(), await world.open('ann', 'cat')]
      const elsewhere = await world.send(other, 'cat')
      const gone = await world.send(id, 'bob', { lifetimeMs: 1 })
      await world.advance(1)
      for (const replyTo of ['', 'never was', elsewhere.id, gone.id]) {
        expect((await world.send(id, 'ann', { replyTo })).replyTo).toBeNull()
      }
      expect(await codeOf(world.engine.readQuote(id, 'cat', elsewhere.id))).toBe('not_found')
    })

    test('quote what was held from a person to its sender alone, also once they have unblocked', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.keep('bob', { blocked: ['ann'] })
      const held = await world.send(id, 'ann', { text: 'held' })
      await world.keep('bob', {})
      const reply = await world.send(id, 'ann', { replyTo: held.id })
      expect(reply.replyTo).toMatchObject({ excerpt: 'held' })
      expect(await quoted(world, id, 'ann')).toMatchObject({ excerpt: 'held' })
      expect(await quoted(world, id, 'bob')).toBeNull()
      expect(await world.engine.readQuote(id, 'bob', held.id)).toBeNull()
      const told = (await world.toldTo('bob')).filter(event => event.type === 'message.sent')
      expect(told.map(({ message }) => message.replyTo)).toEqual([null])
      expect((await world.send(id, 'bob', { replyTo: held.id })).replyTo).toBeNull()
    })
  })
}
