import { describe, expect, it } from 'vitest'
import { Timeline } from '#src/engines/memory/timeline.js'

function start() {
  const timeline = new Timeline()
  const add = (id: string, expiresAt: number, knownTo = ['ann', 'bob']) =>
    timeline.add({ event: { id, what: 'kept', afterSeq: 0, byId: 'ann', at: 0, expiresAt }, knownTo })
  const ids = (userId = 'ann') => timeline.knownTo(userId).map(({ id }) => id)
  return { timeline, add, ids }
}

describe('a timeline', () => {
  it('says when the next event is over, and forgets it then', () => {
    const { timeline, add, ids } = start()
    expect(timeline.nextExpiry).toBe(Number.POSITIVE_INFINITY)
    add('one', 20)
    add('two', 10)
    expect(timeline.nextExpiry).toBe(10)
    timeline.expire(10)
    expect([ids(), timeline.nextExpiry]).toEqual([['one'], 20])
  })

  it('has an event once: a later one of its id takes its place, at the end', () => {
    const { add, ids } = start()
    for (const id of ['one', 'two', 'one']) add(id, 10)
    expect(ids()).toEqual(['two', 'one'])
  })

  it('keeps fifty events', () => {
    const { add, ids } = start()
    for (let index = 0; index < 51; index += 1) add(String(index), 10)
    expect([ids().length, ids()[0]]).toEqual([50, '1'])
  })

  it('gives each person what they may know of', () => {
    const { add, ids } = start()
    add('for both', 10)
    add('for ann', 10, ['ann'])
    expect([ids('ann').length, ids('bob'), ids('cat')]).toEqual([2, ['for both'], []])
  })
})
