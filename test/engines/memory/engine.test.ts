import { describe, expect, test } from 'vitest'
import type { EngineOptions } from '#src/chat/engine.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { describeEngine } from '../../engine-suite/suite.js'
import { codeOf, day, generous, type Harness, World } from '../../support/engine/world.js'
import { FakeClock } from '../../support/fake-clock.js'

async function makeEngine(options: EngineOptions): Promise<Harness> {
  const clock = new FakeClock()
  const subscriberErrors: unknown[] = []
  const onSubscriberError = (error: unknown) => subscriberErrors.push(error)
  const engine = new MemoryEngine({ ...options, clock, onSubscriberError })
  return { engine, clock, subscriberErrors, settle: async () => {} }
}

describeEngine('memory', makeEngine)

describe('the memory engine alone', () => {
  test('an event is told before the command that caused it returns', async () => {
    const world = await World.start(makeEngine)
    const opening = world.engine.openRoom('ann', 'bob')
    expect(world.events.map(event => event.type)).toEqual(['room.opened'])
    const { id } = await opening
    const sending = world.send(id, 'ann')
    expect(world.events.map(event => event.type)).toEqual(['room.opened', 'message.sent'])
    await sending
  })

  test('a full room says when it will have room again', async () => {
    const world = await World.start(makeEngine, { roomMaxMessages: 1 })
    const id = await world.open()
    await world.send(id, 'ann', { lifetimeMs: 5_000 })
    await world.advance(1_000)
    await expect(world.send(id, 'ann')).rejects.toMatchObject({ code: 'room_full', retryAfterMs: 4_000 })
  })

  test('refuses what would take more memory than there is, with the gaps that others have left, though it counts for less', async () => {
    const maxMemoryBytes = 1_048_576
    const engine = new MemoryEngine({ ...generous, clock: new FakeClock(), maxMemoryBytes })
    // Two bytes a letter: one takes more than half of a block. Each in a room of its own, where nothing moves into gaps.
    const text = 'ж'.repeat(2_100)
    const sent: { roomId: string; id: string }[] = []
    const send = async () => {
      const roomId = (await engine.openRoom('ann', `other ${sent.length}`)).id
      const post = () => engine.sendMessage(roomId, 'ann', { nonce: 'n', text, image: null })
      return codeOf(() => sent.push({ roomId, id: post().message.id }))
    }
    const remove = async (isGone: (index: number) => boolean) => {
      const gone = sent.filter((_, index) => isGone(index))
      for (const { roomId, id } of gone) await engine.removeMessage(roomId, 'ann', id)
    }
    let outcome = await send()
    while (outcome === 'accepted') outcome = await send()
    expect(outcome).toBe('server_full')
    expect((await engine.readStats()).bytesHeld).toBeLessThan(maxMemoryBytes)
    await remove(index => index % 5 > 0)
    expect((await engine.readStats()).bytesHeld).toBeLessThan(maxMemoryBytes / 4)
    expect(await send()).toBe('server_full')
    await remove(index => index % 5 === 0)
    expect(await send()).toBe('accepted')
    await engine.stop()
  })

  test('a stopped engine knows nothing and sets no timer again', async () => {
    const world = await World.start(makeEngine)
    const id = await world.open()
    await world.send(id, 'ann')
    await world.engine.stop()
    expect(await codeOf(world.engine.readRoom(id, 'ann'))).toBe('not_found')
    expect(await world.engine.readStats()).toMatchObject({ rooms: 0, messages: 0, bytesHeld: 0 })
    await world.engine.holdLease('ann', 'tab', 1_000)
    expect(world.harness.clock.waiting).toBe(0)
  })

  test('a subscriber’s fault becomes a warning of the process when nobody else is told of it', async () => {
    const engine = new MemoryEngine({ ...generous, clock: new FakeClock() })
    const warned = new Promise(resolve => process.once('warning', resolve))
    const fault = new Error('a subscriber’s own')
    engine.subscribe(() => {
      throw fault
    })
    await engine.openRoom('ann', 'bob')
    expect(await warned).toBe(fault)
    await engine.stop()
  })

  test('an idle engine sets no timer', async () => {
    const world = await World.start(makeEngine)
    for (const userId of ['ann', 'bob']) await world.engine.holdLease(userId, 'tab', 1_000)
    const id = await world.open()
    await world.engine.endRoom(id, 'ann')
    // Why the room ended is forgotten by then.
    await world.advance(day)
    expect(world.harness.clock.waiting).toBe(0)
  })
})
