import { describe, expect, it } from 'vitest'
import { Tally } from '#src/engines/memory/tally.js'
import { makePair, write } from '../../support/engine/assembled-engine.js'

function start() {
  const tally = new Tally()
  const { ann } = makePair()
  const [short, long] = [write(ann, { text: 'a' }), write(ann, { text: 'abc' })]
  for (const entry of [short, long]) tally.add(entry)
  Object.assign(tally, { rooms: 1, onlineUsers: 2, expiredMessages: 3 })
  return { tally, short, long }
}

describe('a tally', () => {
  it('counts messages and what they hold', () => {
    const { tally } = start()
    expect(tally.read()).toEqual({ rooms: 1, messages: 2, onlineUsers: 2, bytesHeld: 514 + 518, expiredMessages: 3 })
    expect(tally.bytesHeld).toBe(514 + 518)
  })

  it('counts a message no more that is gone', () => {
    const { tally, short } = start()
    tally.remove(short)
    expect(tally.read()).toMatchObject({ messages: 1, bytesHeld: 518 })
  })

  it('is 0 in everything once cleared', () => {
    const { tally } = start()
    tally.clear()
    expect(tally.read()).toEqual({ rooms: 0, messages: 0, onlineUsers: 0, bytesHeld: 0, expiredMessages: 0 })
  })
})
