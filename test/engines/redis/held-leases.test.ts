import { describe, expect, it } from 'vitest'
import { HeldLeases } from '#src/engines/redis/held-leases.js'
import { PackedReader } from '#src/engines/redis/packed-reader.js'

/** Leases of two partitions: what each of some leases is answered, as whether it is new and how much is unread. */
function start() {
  const calls: unknown[][] = []
  const failures: Error[] = []
  const leases = new HeldLeases({
    runEverywhere: async (...call) => {
      calls.push(call)
      const failure = failures.shift()
      if (failure) throw failure
      const count = (call.length - 1) / 3
      return [10, 20].map(unread => {
        const each = Array.from({ length: count }, (_, index) => [
          0x93,
          index === 0 ? 0xc3 : 0xc2,
          unread + (index % 90),
          7,
        ])
        return new PackedReader(Buffer.from([0xdc, count >> 8, count & 0xff, ...each.flat()]))
      })
    },
  })
  return { leases, calls, failures }
}

describe('leases', () => {
  it('that are asked for in one turn go as one command, and each gets its own answers', async () => {
    const { leases, calls } = start()
    const held = await Promise.all([leases.hold('ann', 'tab', 5), leases.hold('bob', 'page', 6)])
    expect(calls).toEqual([['hold', 'ann', 'tab', 5, 'bob', 'page', 6]])
    expect(held).toEqual([
      [
        { isNew: true, unread: 10, told: 7 },
        { isNew: true, unread: 20, told: 7 },
      ],
      [
        { isNew: false, unread: 11, told: 7 },
        { isNew: false, unread: 21, told: 7 },
      ],
    ])
    await leases.hold('ann', 'tab', 5)
    expect(calls).toHaveLength(2)
  })

  it('go before one is given up', async () => {
    const { leases, calls } = start()
    const held = leases.hold('ann', 'tab', 5)
    leases.flush()
    expect(calls).toHaveLength(1)
    await held
    leases.flush()
    expect(calls).toHaveLength(1)
  })

  it('go by five hundred at most', async () => {
    const { leases, calls } = start()
    await Promise.all(Array.from({ length: 501 }, (_, index) => leases.hold('ann', `tab-${index}`, 5)))
    expect(calls.map(call => (call.length - 1) / 3)).toEqual([500, 1])
  })

  it('are all refused when Redis is away', async () => {
    const { leases, failures } = start()
    failures.push(new Error('away'))
    const held = await Promise.allSettled([leases.hold('ann', 'tab', 5), leases.hold('bob', 'page', 6)])
    expect(held.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
