import { describe, expect, it } from 'vitest'
import { UnreadSums } from '#src/engines/redis/unread-sums.js'

describe('sums of unseen messages', () => {
  it('are of all partitions, and follow what is noted of each', () => {
    const sums = new UnreadSums(false)
    sums.hold('ann', 'tab')
    expect([sums.note('ann', 0, 2), sums.note('ann', 1, 3), sums.note('ann', 0, 1)]).toEqual([2, 5, 4])
    expect(sums.note('ann', 1, 0)).toBe(1)
  })

  it('do not take what was asked for before something newer was noted', () => {
    const sums = new UnreadSums(false)
    sums.hold('ann', 'tab')
    const askedAt = sums.order
    sums.note('ann', 0, 4)
    expect(sums.note('ann', 0, 3, askedAt)).toBe(4)
    expect(sums.note('ann', 1, 2, askedAt)).toBe(6)
  })

  it('are kept as long as somebody holds a lease here', () => {
    const sums = new UnreadSums(false)
    expect([sums.hold('ann', 'tab'), sums.hold('ann', 'tab'), sums.hold('ann', 'another')]).toEqual([
      false,
      true,
      false,
    ])
    sums.note('ann', 0, 2)
    sums.drop('ann', 'tab')
    expect(sums.note('ann', 1, 1)).toBe(3)
    sums.drop('ann', 'another')
    expect(sums.note('ann', 1, 1)).toBe(1)
    expect(sums.note('ann', 0, 1)).toBe(1)
    sums.drop('nobody', 'tab')
  })

  it('are kept of everybody where everything is heard', () => {
    const sums = new UnreadSums(true)
    expect([sums.note('ann', 0, 2), sums.note('ann', 1, 1)]).toEqual([2, 3])
  })
})
