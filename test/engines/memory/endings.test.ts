import { describe, expect, it } from 'vitest'
import { endingMs } from '#src/chat/engine.js'
import { DueQueue } from '#src/engines/memory/due-queue.js'
import { Endings } from '#src/engines/memory/endings.js'
import { FakeClock } from '../../support/fake-clock.js'

function start() {
  const clock = new FakeClock(1_000)
  const due = new DueQueue(clock)
  const endings = new Endings(due)
  const add = (holderId: string, otherId: string, roomId = `room with ${otherId}`) =>
    endings.add(holderId, { roomId, otherId, reason: 'away', byId: null }, clock.now())
  const roomsOf = (holderId: string) => endings.of(holderId).map(({ roomId }) => roomId)
  return { clock, due, endings, add, roomsOf }
}

describe('endings', () => {
  it('are forgotten each after a day, by themselves', async () => {
    const { clock, add, roomsOf } = start()
    add('ann', 'bob')
    await clock.advance(10)
    add('ann', 'cat')
    await clock.advance(endingMs - 10)
    expect(roomsOf('ann')).toEqual(['room with cat'])
    await clock.advance(10)
    expect(roomsOf('ann')).toEqual([])
  })

  it('are one for each pair: the latest, and it lives a day from then on', async () => {
    const { clock, add, roomsOf } = start()
    add('ann', 'bob', 'first')
    add('ann', 'cat')
    await clock.advance(10)
    add('ann', 'bob', 'second')
    expect(roomsOf('ann')).toEqual(['second', 'room with cat'])
    await clock.advance(endingMs - 10)
    expect(roomsOf('ann')).toEqual(['second'])
  })

  it('are dropped for one person and leave those of others', () => {
    const { add, endings, roomsOf } = start()
    add('ann', 'bob')
    add('bob', 'ann')
    endings.drop('ann', 'bob')
    endings.drop('ann', 'nobody')
    expect([endings.has('ann', 'bob'), endings.has('bob', 'ann')]).toEqual([false, true])
    add('bob', 'cat')
    endings.dropAll('bob')
    expect([roomsOf('ann'), roomsOf('bob')]).toEqual([[], []])
  })
})
