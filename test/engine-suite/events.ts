import { describe, expect, test } from 'vitest'
import type { Answer } from '#src/chat/answer.js'
import type { Publication } from '#src/chat/engine.js'
import { codeOf, type MakeEngine, World } from '../support/engine/world.js'

/** What subscribers may rely on. */
export function describeEvents(makeEngine: MakeEngine): void {
  describe('events', () => {
    test('typing is told to the other and changes nothing', async () => {
      const world = await World.start(makeEngine)
      const id = await world.open()
      await world.hush()
      await world.engine.setTyping(id, 'bob', true)
      await world.engine.setTyping(id, 'bob', false)
      const signal = { type: 'typing.changed', roomId: id, to: ['ann'], userId: 'bob' }
      await world.harness.settle()
      expect(world.events).toEqual([
        { ...signal, isTyping: true },
        { ...signal, isTyping: false },
      ])
      expect((await world.engine.readRoom(id, 'ann')).version).toBe(1)
    })

    test('every subscriber gets every publication from when it began until it ended', async () => {
      const world = await World.start(makeEngine)
      const heard: string[] = []
      const subscriber = (publication: Publication) => heard.push(...typesIn(publication))
      const end = world.engine.subscribe(subscriber)
      const endTwin = world.engine.subscribe(subscriber)
      const id = await world.openAlone()
      await world.harness.settle()
      expect(heard).toEqual(['room.opened', 'room.opened'])
      end()
      end()
      await world.send(id, 'ann')
      await world.harness.settle()
      expect(heard).toEqual(['room.opened', 'room.opened', 'message.sent', 'message.sent'])
      endTwin()
      await world.send(id, 'ann')
      await world.harness.settle()
      expect(heard).toHaveLength(4)
    })

    test('a subscriber that throws harms neither the others nor the command, and is not passed over in silence', async () => {
      const world = await World.start(makeEngine)
      const fault = new Error('a subscriber’s own')
      const heard: string[] = []
      world.engine.subscribe(() => {
        throw fault
      })
      world.engine.subscribe(publication => heard.push(...typesIn(publication)))
      const id = await world.openAlone()
      await world.send(id, 'ann')
      await world.advance(60_000)
      const types = ['room.opened', 'message.sent', 'message.removed']
      expect(world.events.map(event => event.type)).toEqual(types)
      expect(heard).toEqual(['room.opened', 'message.sent', 'message.sent', 'message.removed', 'message.removed'])
      expect(world.harness.subscriberErrors).toEqual([fault, fault, fault])
    })

    test('an event comes after its change can be read', async () => {
      const world = await World.start(makeEngine)
      const { engine } = world
      const reads: Promise<{ told: number; read: number }>[] = []
      engine.subscribe(({ told }) => {
        for (const { userId, event } of told) {
          if (userId !== 'ann' || !('version' in event)) continue
          const { version } = event
          reads.push(engine.readRoom(event.roomId, 'ann').then(view => ({ told: version, read: view.version })))
        }
      })
      const id = await world.openAlone()
      const { id: messageId } = await world.send(id, 'ann', { lifetimeMs: 10 })
      await engine.moveCursor(id, 'bob', 'seen', messageId)
      await world.advance(10)
      const seen = await Promise.all(reads)
      expect(seen.map(({ told }) => told)).toEqual([1, 2, 3, 4])
      for (const { told, read } of seen) expect(read).toBeGreaterThanOrEqual(told)
    })

    test('when a subscriber changes something itself, all still get the events in their order', async () => {
      const world = await World.start(makeEngine)
      const { engine } = world
      const answers: Answer<void>[] = []
      const late: number[] = []
      engine.subscribe(({ told }) => {
        for (const { userId, event } of told) {
          if (userId !== 'ann' || event.type !== 'message.sent') continue
          answers.push(engine.moveCursor(event.roomId, 'bob', 'delivered', event.message.id))
        }
      })
      engine.subscribe(({ told }) => {
        for (const { userId, event } of told) if (userId === 'ann' && 'version' in event) late.push(event.version)
      })
      const id = await world.openAlone()
      for (let count = 0; count < 3; count += 1) await world.send(id, 'ann')
      await world.harness.settle()
      await Promise.all(answers)
      await world.harness.settle()
      expect(late).toEqual([1, 2, 3, 4, 5, 6, 7])
    })

    test('a refusal tells nothing', async () => {
      const world = await World.start(makeEngine, { roomMaxMessages: 1 })
      const id = await world.open()
      await world.send(id, 'ann')
      await world.hush()
      expect(await codeOf(world.send(id, 'ann'))).toBe('room_full')
      expect(await codeOf(world.engine.endRoom(id, 'cat'))).toBe('not_found')
      await world.harness.settle()
      expect(world.events).toEqual([])
    })
  })
}

function typesIn({ told }: Publication): string[] {
  return told.map(({ event }) => event.type)
}
