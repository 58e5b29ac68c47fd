import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Mirror } from '../support/engine/mirror.js'
import { generous, type MakeEngine, runsOf, World } from '../support/engine/world.js'
import { Model } from './model.js'
import { compare, people, perform, steps } from './steps.js'

/** What holds whatever people do, in whatever order. */
export function describeProperties(makeEngine: MakeEngine): void {
  async function within(options: Parameters<typeof World.make>[1], use: (world: World) => Promise<void>) {
    const world = await World.make(makeEngine, options)
    try {
      await use(world)
    } finally {
      await world.engine.stop()
    }
  }

  describe('properties', () => {
    test('whatever is done, the engine answers as its model does, and its events tell all of it', async () => {
      const options = { ...generous, roomGraceMs: 25, roomMaxMessages: 4, maxBytes: 3_400, maxBytesPerPerson: 2_200 }
      await fc.assert(
        fc.asyncProperty(steps, sequence =>
          within(options, async world => {
            const model = new Model(options, world.now())
            const sent: string[] = []
            for (const step of sequence) {
              await perform(step, world, model, sent)
              await compare(world, model)
            }
            for (const hearerId of people) {
              const mirror = new Mirror(hearerId)
              for (const event of await world.toldTo(hearerId)) mirror.hear(event)
              const listed = model.listed(hearerId)
              expect([...mirror.rooms.keys()].sort()).toEqual(listed.map(room => room.id).sort())
              if (listed.length > 0) {
                expect(mirror.unread).toBe(listed.reduce((sum, room) => sum + model.unread(room, hearerId), 0))
              }
              for (const room of listed) {
                const seen = mirror.rooms.get(room.id)
                expect(seen?.version).toBe(room.version)
                expect([...(seen?.messages.keys() ?? [])]).toEqual(room.messages.map(message => message.id))
                for (const [userId, seat] of room.seats) expect(seen?.cursors.get(userId)).toEqual(seat.cursors)
              }
            }
          }),
        ),
        { numRuns: runsOf(makeEngine, 150) },
      )
    })

    test('after everything has expired or ended no byte is held', async () => {
      await fc.assert(
        fc.asyncProperty(steps, sequence =>
          within({}, async world => {
            const model = new Model({ ...generous }, world.now())
            const sent: string[] = []
            for (const step of sequence) await perform(step, world, model, sent)
            await world.advance(100)
            expect(await world.engine.readStats()).toMatchObject({ bytesHeld: 0, messages: 0, onlineUsers: 0 })
            for (const userId of people) await world.engine.forgetPerson(userId)
            expect(await world.engine.readStats()).toMatchObject({ rooms: 0 })
          }),
        ),
        { numRuns: runsOf(makeEngine, 60) },
      )
    })

    test('presence is told when it changes and never else, and never drifts from the leases', async () => {
      await fc.assert(
        fc.asyncProperty(steps, sequence =>
          within({}, async world => {
            const model = new Model({ ...generous }, world.now())
            await Promise.all([world.open('ann', 'bob'), world.open('bob', 'cat'), world.open('cat', 'ann')])
            for (const step of sequence.filter(({ type }) => ['hold', 'drop', 'advance'].includes(type))) {
              await perform(step, world, model, [])
              const isOnline = new Map(people.map(userId => [userId, false]))
              for (const { presence, to } of await world.toldPresences()) {
                expect(isOnline.get(presence.userId)).toBe(!presence.isOnline)
                isOnline.set(presence.userId, presence.isOnline)
                expect(to).not.toContain(presence.userId)
                expect(to).toHaveLength(2)
              }
              for (const userId of people) expect(isOnline.get(userId)).toBe(model.isOnline(userId))
            }
          }),
        ),
        { numRuns: runsOf(makeEngine, 100) },
      )
    })

    test('no message is ever returned after its time, even when no timer ran', async () => {
      const lives = fc.array(fc.record({ lifetimeMs: fc.integer({ min: 1, max: 50 }), waitMs: fc.nat({ max: 30 }) }), {
        minLength: 1,
        maxLength: 30,
      })
      await fc.assert(
        fc.asyncProperty(lives, sequence =>
          within({}, async world => {
            const { engine } = world
            const id = await world.open()
            const expected: { seq: number; expiresAt: number }[] = []
            for (const { lifetimeMs, waitMs } of sequence) {
              const { seq, expiresAt } = await world.send(id, 'ann', { lifetimeMs })
              expected.push({ seq, expiresAt })
              world.harness.clock.jump(waitMs)
              const living = expected.filter(message => message.expiresAt > world.now()).map(message => message.seq)
              const summary = await world.summary(id, 'bob')
              expect(summary.unread).toBe(living.length)
              expect(summary.lastMessage?.seq).toBe(living.at(-1))
              expect((await engine.readRoom(id, 'bob')).messages.map(message => message.seq)).toEqual(living)
            }
          }),
        ),
        { numRuns: runsOf(makeEngine, 60) },
      )
    })

    test('sending again and again in any order makes each message once', async () => {
      const retries = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 40 })
      await fc.assert(
        fc.asyncProperty(retries, nonces =>
          within({}, async world => {
            const id = await world.open()
            const sends = nonces.map(nonce => world.engine.sendMessage(id, 'ann', world.draft({ nonce, text: nonce })))
            const results = await Promise.all(sends)
            const once = [...new Set(nonces)]
            const { messages, version } = await world.engine.readRoom(id, 'bob')
            expect(messages.map(message => [message.seq, message.text])).toEqual(once.map((text, at) => [at + 1, text]))
            expect(version).toBe(1 + once.length)
            for (const [at, { message }] of results.entries()) expect(message.text).toBe(nonces[at])
          }),
        ),
        { numRuns: runsOf(makeEngine, 60) },
      )
    })
  })
}
