import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { PackedReader } from '#src/engines/redis/packed-reader.js'
import { Sweeper, type SweepRunner } from '#src/engines/redis/sweeper.js'
import { FakeClock } from '../../support/fake-clock.js'

/** A sweeper whose sweeps answer in how many ms the next duty is due (NaN fails), and by which letters the partition is known. */
function start(answers: number[], given = '') {
  const clock = new FakeClock(0)
  const sweptAt: number[] = []
  const errors: unknown[] = []
  const names = [...given].map(each => Buffer.from(each))
  const name = Buffer.from('n')
  let emptied = 0
  const runner: SweepRunner = {
    run: async () => {
      sweptAt.push(clock.now())
      const answer = answers.shift() ?? -1
      if (answers.length === 0 && answer === -1) sweeper.stop()
      if (Number.isNaN(answer)) throw new Error('away')
      return new PackedReader(
        Buffer.concat([Buffer.of(answer < 0 ? 0xff : answer), Buffer.from([0xa1]), names.shift() ?? name]),
      )
    },
  }
  const sweeper = new Sweeper(
    runner,
    0,
    clock,
    error => errors.push(error),
    () => {
      emptied += 1
    },
  )
  sweeper.start()
  return { clock, sweptAt, errors, sweeper, emptied: () => emptied }
}

describe('a sweeper', () => {
  it('sweeps at once while something is due, then when the next duty is', async () => {
    const { clock, sweptAt } = start([0, 0, 30, 70])
    await clock.advance(100)
    expect(sweptAt).toEqual([0, 0, 0, 30, 100])
  })

  it('sleeps 200 ms at most, though nothing is due that it knows of', async () => {
    const { clock, sweptAt } = start([-1, -1, -1, 0])
    for (let ms = 0; ms < 600; ms += 1) await clock.advance(1)
    const pauses = sweptAt.slice(1, 4).map((at, index) => at - (sweptAt[index] ?? 0))
    for (const pause of pauses) expect(pause > 150 && pause <= 200, `${pause}`).toBe(true)
  })

  it('says why sweeps fail, once until one does not, and goes on', async () => {
    const { clock, sweptAt, errors } = start([Number.NaN, Number.NaN, 0, Number.NaN, 0])
    for (let ms = 0; ms < 1_000; ms += 1) await clock.advance(1)
    expect([errors.length, sweptAt.length]).toEqual([2, 6])
  })

  it('says that Redis has lost what it held when the partition is known by another word', async () => {
    const { clock, emptied } = start([1, 1, 1, 1], 'aabb')
    await clock.advance(2)
    expect(emptied()).toBe(1)
  })

  it('sweeps no more once it has stopped', async () => {
    const { clock, sweptAt, sweeper } = start([50, 50])
    await clock.advance(10)
    sweeper.stop()
    await clock.advance(1_000)
    await nextTurn()
    expect(sweptAt).toEqual([0])
    expect(clock.waiting).toBe(0)
  })
})
