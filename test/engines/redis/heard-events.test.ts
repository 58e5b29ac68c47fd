import { describe, expect, it } from 'vitest'
import { HeardEvents } from '#src/engines/redis/heard-events.js'

function start() {
  const heard = new HeardEvents()
  heard.expect('ann')
  return heard
}

describe('events that were heard', () => {
  it('show by their numbers that one before them was lost, in each partition by itself', () => {
    const heard = start()
    const numbers = [
      [0, 4],
      [0, 5],
      [1, 9],
      [0, 7],
      [1, 10],
    ] as const
    expect(numbers.map(([partition, number]) => heard.hear('ann', partition, number))).toEqual([
      ...[false, false, false, true, false],
    ])
  })

  it('show by the renewals of a lease that the last ones were lost, when they have had the time to come', () => {
    const heard = start()
    expect([heard.renew('ann', 0, 4), heard.hear('ann', 0, 5), heard.renew('ann', 0, 6)]).toEqual([false, false, false])
    expect([heard.renew('ann', 0, 6), heard.renew('ann', 0, 6)]).toEqual([true, false])
    expect(heard.hear('ann', 0, 7)).toBe(false)
  })

  it('may come before the answer to the first lease', () => {
    const heard = start()
    expect([heard.hear('ann', 0, 5), heard.renew('ann', 0, 4), heard.hear('ann', 0, 6)]).toEqual([false, false, false])
  })

  it('begin anew when the partition does, and are of those alone who hold a lease', () => {
    const heard = start()
    expect([heard.hear('ann', 0, 5), heard.hear('ann', 0, 1), heard.hear('ann', 0, 2)]).toEqual([false, false, false])
    heard.forget('ann')
    expect([heard.hear('ann', 0, 9), heard.renew('ann', 0, 12), heard.hear('ann', 0, 14)]).toEqual([
      false,
      false,
      false,
    ])
  })
})
