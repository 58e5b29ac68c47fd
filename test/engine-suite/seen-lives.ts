// Long because every case of one behaviour stands here.
import { describe, expect, test } from 'vitest'
import type { MessageId, RoomId } from '#src/chat/engine.js'
import { codeOf, day, type MakeEngine, texts, World } from '../support/engine/world.js'

const minute = 60_000
const fiveAfterSeen = { lifetimeMs: 5 * minute, from: 'seen' } as const
const hour = 60 * minute

/** Lives that begin when a message is seen. */
export function describeSeenLives(makeEngine: MakeEngine): void {
  /** Ann and bob have a room in which messages live for five minutes after they are seen. */
  async function start(options: Parameters<typeof World.start>[1] = {}) {
    const world = await World.start(makeEngine, {
      messageTtlMs: hour,
      messageTtlMaxMs: day,
      keepLonger: true,
      ...options,
    })
    const id = await world.open()
    await world.engine.setLifetime(id, 'ann', fiveAfterSeen)
    const send = async (text: string, userId = 'ann') => {
      const draft = { nonce: text, text, image: null }
      return (await world.engine.sendMessage(id, userId, draft)).message
    }
    const see = (messageId: MessageId, inViewFrom?: number, userId = 'bob') =>
      world.engine.moveCursor(id, userId, 'seen', messageId, inViewFrom)
    const livesOf = async (userId = 'ann') =>
      (await world.engine.readRoom(id, userId)).messages.map(
        ({ text, hasBegun, expiresAt }) =>
          `${text} ${hasBegun ? 'goes' : 'waits'} ${(expiresAt - world.now()) / minute}`,
      )
    return { world, engine: world.engine, id, send, see, livesOf }
  }

  describe('a life that is counted from being seen', () => {
    test('waits a day for that, and then goes on for as long as was chosen; both are told the new end at once', async () => {
      const { world, engine, id, send, see, livesOf } = await start()
      const message = await send('hello')
      expect(message).toMatchObject({ lifetimeMs: 5 * minute, livesFrom: 'seen', hasBegun: false })
      expect(await livesOf()).toEqual([`hello waits ${24 * 60}`])
      await world.advance(hour)
      await engine.moveCursor(id, 'bob', 'delivered', message.id)
      expect(await livesOf()).toEqual([`hello waits ${23 * 60}`])
      await world.hush()
      await see(message.id)
      const begun = { ...message, hasBegun: true, expiresAt: world.now() + 5 * minute }
      expect(await world.toldOf(id)).toMatchObject([
        { type: 'receipt.moved', to: ['ann', 'bob'], version: 5 },
        { type: 'messages.kept', to: ['ann', 'bob'], version: 6, reason: 'seen', byId: 'bob', messages: [begun] },
      ])
      await world.advance(5 * minute - 1)
      expect((await engine.readRoom(id, 'bob')).messages).toEqual([begun])
      await world.advance(1)
      expect((await engine.readRoom(id, 'bob')).messages).toEqual([])
    })

    test.each([
      [hour, day],
      [2 * day, 2 * day],
    ])('ends unseen after a day, or the server’s own life if that is longer: %i', async (messageTtlMs, ms) => {
      const { world, engine, id, send } = await start({ messageTtlMs, messageTtlMaxMs: 2 * day })
      await send('unseen')
      await world.advance(ms - 1)
      expect((await engine.readRoom(id, 'ann')).messages).toHaveLength(1)
      await world.advance(1)
      expect((await engine.readRoom(id, 'ann')).messages).toEqual([])
    })

    test('begins for what was in view alone, not for what the cursor passes over, which begins when it is', async () => {
      const { world, send, see, livesOf } = await start()
      for (const text of ['one', 'two']) await send(text)
      const three = await send('three')
      const four = await send('four')
      await see(four.id, 3)
      expect(await livesOf()).toEqual(['one waits 1440', 'two waits 1440', 'three goes 5', 'four goes 5'])
      await world.advance(minute)
      await see(three.id, 2)
      await see(three.id, 2)
      expect(await livesOf()).toEqual(['one waits 1439', 'two goes 5', 'three goes 4', 'four goes 4'])
      expect(await world.told('messages.kept')).toHaveLength(2)
    })

    test('begins for the message alone that is reported without a range', async () => {
      const { send, see, livesOf } = await start()
      await send('one')
      await see((await send('two')).id)
      expect(await livesOf()).toEqual(['one waits 1440', 'two goes 5'])
    })

    test('begins for nobody’s own messages, nor by a report of one', async () => {
      const { send, see, livesOf } = await start()
      await send('mine', 'bob')
      const theirs = await send('theirs')
      const last = await send('mine too', 'bob')
      await see(last.id, 1)
      expect(await livesOf()).toEqual(['mine waits 1440', 'theirs waits 1440', 'mine too waits 1440'])
      await see(theirs.id, 1)
      expect(await livesOf()).toEqual(['mine waits 1440', 'theirs goes 5', 'mine too waits 1440'])
    })

    test('is bounded by what its draft allows, before it is seen and after', async () => {
      const { world, engine, id, see, livesOf } = await start()
      const { id: messageId } = await world.send(id, 'ann', { text: 'bounded', lifetimeMs: 2 * minute })
      expect(await livesOf()).toEqual(['bounded waits 2'])
      await world.advance(minute)
      await see(messageId)
      expect(await livesOf()).toEqual(['bounded goes 2'])
      await engine.setLifetime(id, 'bob', { lifetimeMs: 5 * minute, from: 'sent' })
      await world.send(id, 'ann', { text: 'as before', lifetimeMs: hour })
      expect(await livesOf()).toEqual(['bounded goes 2', 'as before goes 5'])
    })

    test('takes its picture along', async () => {
      const { world, engine, id, see } = await start()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const { message } = await engine.sendMessage(id, 'ann', { nonce: 'n', text: '', image })
      await world.advance(minute)
      await see(message.id)
      await world.advance(5 * minute)
      expect(world.notices).toEqual([
        { type: 'image.sent', imageId: 'picture', viewerIds: ['ann', 'bob'], expiresAt: message.sentAt + day },
        { type: 'image.kept', imageId: 'picture', expiresAt: message.sentAt + 6 * minute },
        { type: 'messages.removed', imageIds: ['picture'], expiresAt: message.sentAt + 6 * minute },
      ])
    })

    test('takes its picture along when it need not wait any more', async () => {
      const { world, engine, id } = await start()
      const image = { id: 'picture', width: 1, height: 1, alt: '' }
      const { message } = await engine.sendMessage(id, 'ann', { nonce: 'n', text: '', image })
      await world.advance(minute)
      await world.keep('bob', { sendsReceipts: false })
      await world.harness.settle()
      expect(world.notices.at(-1)).toEqual({
        ...{ type: 'image.kept', imageId: 'picture', expiresAt: message.sentAt + 6 * minute },
      })
    })

    test('goes when it would have gone unseen where that is sooner than a life begun when nobody need wait any more', async () => {
      const { world, send, livesOf } = await start()
      await send('old')
      await world.advance(day - minute)
      await world.keep('bob', { sendsReceipts: false })
      expect(await livesOf()).toEqual(['old goes 1'])
    })

    test('is warned of and kept once it has begun, and not before', async () => {
      const { world, engine, id, send, see, livesOf } = await start()
      await engine.setLifetime(id, 'ann', { lifetimeMs: minute, from: 'seen' })
      const message = await send('short')
      await world.advance(day - minute)
      expect(await world.told('messages.expiring')).toEqual([])
      await see(message.id)
      await world.advance(minute / 2 - 1)
      expect(await world.told('messages.expiring')).toEqual([])
      await world.advance(1)
      expect((await world.told('messages.expiring')).map(({ to, messages }) => [to, texts(messages)])).toEqual([
        [['ann', 'bob'], ['short']],
      ])
      await engine.keepLonger(id, 'bob')
      expect(await livesOf()).toEqual(['short goes 1.5'])
    })

    test('may be chosen only while both send receipts', async () => {
      const { world, engine, id } = await start()
      expect((await engine.readRoom(id, 'ann')).mayLiveFromSeen).toBe(true)
      for (const userId of ['ann', 'bob']) {
        await world.keep(userId, { sendsReceipts: false })
        for (const chooser of ['ann', 'bob']) {
          expect(await codeOf(engine.setLifetime(id, chooser, fiveAfterSeen))).toBe('invalid')
          expect((await engine.readRoom(id, chooser)).mayLiveFromSeen).toBe(false)
        }
        await world.keep(userId, {})
      }
      expect(await codeOf(engine.setLifetime(id, 'bob', fiveAfterSeen))).toBe('accepted')
    })

    test.each(['ann', 'bob'])(
      'may be chosen or not, which both are told at once when %s changes that',
      async userId => {
        const world = await World.start(makeEngine)
        const id = await world.open()
        await world.send(id, 'ann')
        await world.hush()
        for (const sendsReceipts of [false, true, true]) await world.keep(userId, { sendsReceipts })
        const change = {
          type: 'lifetime.changed',
          roomId: id,
          to: ['ann', 'bob'],
          from: 'sent',
          messages: [],
          timeline: null,
        }
        expect(await world.toldOf(id)).toMatchObject([
          { ...change, version: 3, mayLiveFromSeen: false },
          { ...change, version: 4, mayLiveFromSeen: true },
        ])
        expect((await world.engine.readRoom(id, 'ann')).lifetime).toBeNull()
      },
    )

    test.each(['ann', 'bob'])(
      'is counted from sending once %s sends no receipts: what waits begins at that, and nothing shows when it is seen',
      async userId => {
        const { world, engine, id, send, see, livesOf } = await start()
        const waiting = await send('waiting')
        await world.advance(hour)
        await world.hush()
        await world.keep(userId, { sendsReceipts: false })
        const stopped = { ...waiting, expiresAt: world.now() + 5 * minute, livesFrom: 'sent', hasBegun: true }
        expect(await world.toldOf(id)).toEqual([
          {
            ...{
              type: 'lifetime.changed',
              roomId: id,
              to: ['ann', 'bob'],
              version: 4,
              lifetimeMs: 5 * minute,
              from: 'sent',
            },
            ...{ byId: userId, mayLiveFromSeen: false, messages: [stopped] },
            timeline: {
              ...{ id: expect.any(String), what: 'lifetime', lifetimeMs: 5 * minute, from: 'sent', byId: userId },
              ...{ afterSeq: 1, at: world.now(), expiresAt: world.now() + 5 * minute },
            },
          },
        ])
        await world.advance(minute)
        await see(waiting.id)
        await send('after')
        expect(await livesOf()).toEqual(['waiting goes 4', 'after goes 5'])
        await world.keep(userId, {})
        expect((await engine.readRoom(id, 'ann')).lifetime).toEqual({
          ...{ lifetimeMs: 5 * minute, from: 'sent', byId: userId },
        })
      },
    )
  })

  describe('a life that is counted from being seen, and a block', () => {
    const held = async (options: Parameters<typeof World.start>[1] = {}) => {
      const stage = await start(options)
      await stage.world.keep('bob', { blocked: ['ann'] })
      await stage.send('held')
      return stage
    }
    const lifetimeFor = async (world: World, id: RoomId) => (await world.engine.readRoom(id, 'ann')).lifetime?.from

    test('goes on waiting while the reader has blocked the sender, and begins within what they see afterwards', async () => {
      const { world, send, see, livesOf } = await held()
      await world.keep('bob', {})
      const after = await send('after')
      await see(after.id, 1)
      expect(await livesOf('ann')).toEqual(['held goes 5', 'after goes 5'])
      expect(await livesOf('bob')).toEqual(['after goes 5'])
      const kept = await world.told('messages.kept')
      expect(kept.map(({ to, messages }) => [to, texts(messages)])).toEqual([
        [['ann'], ['held', 'after']],
        [['bob'], ['after']],
      ])
    })

    test('shows the blocked nothing of whether the other still sends receipts, until the block is over', async () => {
      const { world, engine, id, send, livesOf } = await held()
      await world.hush()
      await world.keep('bob', { blocked: ['ann'], sendsReceipts: false })
      expect(await world.toldTo('ann')).toEqual([])
      expect(await lifetimeFor(world, id)).toBe('seen')
      expect(await codeOf(engine.setLifetime(id, 'ann', { lifetimeMs: minute, from: 'seen' }))).toBe('accepted')
      await send('another')
      expect(await livesOf()).toEqual(['held waits 1440', 'another waits 1440'])
      await world.keep('bob', { sendsReceipts: false })
      expect(await lifetimeFor(world, id)).toBe('sent')
      expect(await livesOf()).toEqual(['held goes 5', 'another goes 1'])
    })
  })
}
