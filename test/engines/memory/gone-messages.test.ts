import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueQueue } from '#src/engines/memory/due-queue.js'
import { GoneMessages } from '#src/engines/memory/gone-messages.js'
import { makePair, picture, write } from '../../support/engine/assembled-engine.js'
import { FakeClock } from '../../support/fake-clock.js'

const rememberedMs = 1_000

function start() {
  const clock = new FakeClock(0)
  const gone = new GoneMessages(new DueQueue(clock), rememberedMs)
  return { ...makePair(), clock, gone }
}

describe('a message that is gone', () => {
  it('is found by its sender and nonce, without its text and picture', () => {
    const { ann, bob, gone } = start()
    const { message } = write(ann, { nonce: 'n', text: 'hello', image: picture })
    gone.add(ann, message, 0)
    expect(gone.find(ann, 'n')).toEqual({ ...message, text: '', image: null })
    expect([gone.find(ann, 'other'), gone.find(bob, 'n')]).toEqual([undefined, undefined])
  })

  it('is remembered from when it was sent on, and no longer', async () => {
    const { ann, gone, clock } = start()
    gone.add(ann, write(ann, { nonce: 'n' }, 0).message, 500)
    gone.add(ann, write(ann, { nonce: 'later' }, 500).message, 600)
    await clock.advance(rememberedMs - 1)
    expect(gone.find(ann, 'n')).toBeDefined()
    await clock.advance(1)
    expect([gone.find(ann, 'n'), gone.find(ann, 'later')]).toMatchObject([undefined, { nonce: 'later' }])
    await clock.advance(500)
    expect([ann.gone, ann.person.goneMessages]).toEqual([null, 0])
  })

  it('is remembered no longer where messages that were sent after it went before it', async () => {
    const { ann, gone, clock } = start()
    for (const sentAt of [1, 2, 3, 20, 21, 4]) gone.add(ann, write(ann, { nonce: `n${sentAt}` }, sentAt).message, 100)
    await clock.advance(rememberedMs + 4)
    expect([1, 2, 3, 4, 20, 21].filter(sentAt => gone.find(ann, `n${sentAt}`))).toEqual([20, 21])
  })

  it('is not remembered when it has lived so long already', () => {
    const { ann, gone } = start()
    gone.add(ann, write(ann, { nonce: 'n' }, 0).message, rememberedMs)
    expect(gone.find(ann, 'n')).toBeUndefined()
  })

  it('is forgotten with its room', () => {
    const { ann, bob, room, gone } = start()
    for (const member of [ann, bob]) gone.add(member, write(member).message, 0)
    gone.forgetRoom(room)
    expect([ann.gone, bob.gone, ann.person.goneMessages, bob.person.goneMessages]).toEqual([null, null, 0, 0])
  })

  it('is the first to be forgotten when a person has sent ten thousand others since', () => {
    const { ann, bob, gone } = start()
    const { message } = write(ann)
    gone.add(bob, { ...message, nonce: 'of bob' }, 0)
    for (let n = 0; n <= 10_000; n += 1) gone.add(ann, { ...message, nonce: `${n}` }, 0)
    expect([gone.find(ann, '0'), ann.person.goneMessages]).toEqual([undefined, 10_000])
    for (const [sender, nonce] of [
      [ann, '1'],
      [ann, '10000'],
      [bob, 'of bob'],
    ] as const) {
      expect(gone.find(sender, nonce)).toBeDefined()
    }
  })

  it('is found among those that are remembered, and no other, whatever was forgotten before, in any order', async () => {
    const send = fc.record({
      does: fc.constant('send' as const),
      who: fc.nat({ max: 3 }),
      sentAgo: fc.nat({ max: 900 }),
    })
    const other = fc.record({
      does: fc.constantFrom('wait', 'end'),
      who: fc.nat({ max: 1 }),
      sentAgo: fc.nat({ max: 400 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(send, send, other), { maxLength: 120 }), async steps => {
        const { clock, gone, ...first } = start()
        const rooms = [first, makePair()]
        const members = rooms.flatMap(({ ann, bob }) => [ann, bob])
        let remembered: { member: (typeof members)[number]; nonce: string; dueAt: number }[] = []
        const nonces = steps.map((_, index) => `n${index}`)
        for (const [index, { does, who, sentAgo }] of steps.entries()) {
          const [member, room, now] = [members[who], rooms[who]?.room, clock.now()]
          if (does === 'send' && member !== undefined) {
            const { message } = write(member, { nonce: `n${index}` }, now - sentAgo)
            gone.add(member, message, now)
            remembered.push({ member, nonce: `n${index}`, dueAt: now - sentAgo + rememberedMs })
          } else if (does === 'end' && room !== undefined) {
            gone.forgetRoom(room)
            remembered = remembered.filter(each => each.member.room !== room)
          } else await clock.advance(sentAgo)
          remembered = remembered.filter(({ dueAt }) => dueAt > clock.now())
        }
        for (const member of members) {
          const own = remembered.filter(each => each.member === member).map(({ nonce }) => nonce)
          expect(nonces.filter(nonce => gone.find(member, nonce)?.nonce === nonce)).toEqual(own)
          expect(member.person.goneMessages).toBe(own.length)
        }
      }),
    )
  })
})
