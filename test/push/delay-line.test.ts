import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DelayLine } from '#src/push/delay-line.js'
import { FakeClock } from '../support/fake-clock.js'

/** A line of three seconds. `visits` has when each entry was visited, ms after the start. */
function start({ most = 100, visitMs = 0 } = {}) {
  const clock = new FakeClock(0)
  const visits: [string, number][] = []
  let underWay = 0
  let mostUnderWay = 0
  const line = new DelayLine<string>({
    ...{ clock, delayMs: 3_000, most },
    async visit(entry) {
      visits.push([entry, clock.now()])
      underWay += 1
      mostUnderWay = Math.max(mostUnderWay, underWay)
      if (visitMs > 0) await new Promise<void>(resolve => clock.after(visitMs, resolve))
      underWay -= 1
    },
  })
  return { clock, visits, line, mostUnderWay: () => mostUnderWay }
}

describe('an entry of a line', () => {
  it('is visited once, so long after it was added', async () => {
    const { clock, visits, line } = start()
    line.add('a')
    await clock.advance(1_000)
    line.add('b')
    await clock.advance(1_999)
    expect(visits).toEqual([])
    await clock.advance(60_000)
    expect(visits).toEqual([
      ['a', 3_000],
      ['b', 4_000],
    ])
  })

  it('costs no timer of its own', async () => {
    const { clock, line } = start()
    expect(clock.waiting).toBe(0)
    for (let n = 0; n < 50; n += 1) line.add(`${n}`)
    expect(clock.waiting).toBe(1)
    await clock.advance(3_000)
    expect(clock.waiting).toBe(0)
  })

  it('is forgotten where there are too many that are newer', async () => {
    const { clock, visits, line } = start({ most: 2 })
    for (const entry of ['a', 'b', 'c']) line.add(entry)
    await clock.advance(3_000)
    expect(visits.map(([entry]) => entry)).toEqual(['b', 'c'])
  })

  it('waits while fifty others are visited, and is not forgotten', async () => {
    const { clock, visits, line, mostUnderWay } = start({ most: 1_000, visitMs: 10 })
    for (let n = 0; n < 120; n += 1) line.add(`${n}`)
    await clock.advance(3_000)
    expect(visits).toHaveLength(50)
    line.add('late')
    for (let turn = 0; turn < 4; turn += 1) {
      await clock.advance(10)
      await nextTurn()
    }
    expect([visits.length, mostUnderWay()]).toEqual([120, 50])
    await clock.advance(3_000)
    expect(visits.at(-1)?.[0]).toBe('late')
  })

  it('lets others have their turn after fifty, though no visit takes any time', async () => {
    const clock = new FakeClock()
    let visited = 0
    let atNextTurn = 0
    const line = new DelayLine<number>({
      ...{ clock, delayMs: 3_000, most: 100 },
      async visit(entry) {
        visited += 1
        if (entry > 0) return
        setImmediate(() => {
          atNextTurn = visited
        })
      },
    })
    for (let n = 0; n < 100; n += 1) line.add(n)
    await clock.advance(3_000)
    await expect.poll(() => visited).toBe(100)
    expect(atNextTurn).toBe(50)
  })

  it('is visited no more once the line has stopped', async () => {
    const { clock, visits, line } = start()
    line.add('a')
    line.stop()
    expect(clock.waiting).toBe(0)
    await clock.advance(3_000)
    expect(visits).toEqual([])
  })
})
