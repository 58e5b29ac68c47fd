// Long because every order in which work may become due stands here.
import { describe, expect, it } from 'vitest'
import { createDuty, DueQueue } from '#src/engines/memory/due-queue.js'
import { FakeClock } from '../../support/fake-clock.js'

const begin = 1_000

function start() {
  const clock = new FakeClock(begin)
  const waits: number[] = []
  const queue = new DueQueue({
    now: () => clock.now(),
    awakeSince: Number.NEGATIVE_INFINITY,
    wallTimeOf: moment => clock.wallTimeOf(moment),
    after(ms, callback) {
      waits.push(ms)
      return clock.after(ms, callback)
    },
  })
  const performed: [string, number][] = []
  const duty = (name: string, also = () => {}) =>
    createDuty(now => {
      performed.push([name, now])
      also()
    })
  return { clock, queue, performed, duty, waits }
}

describe('a duty', () => {
  it('is performed at its time, once, and not before', async () => {
    const { clock, queue, performed, duty } = start()
    queue.by(duty('a'), begin + 10)
    await clock.advance(9)
    expect(performed).toEqual([])
    await clock.advance(1)
    expect(performed).toEqual([['a', begin + 10]])
    await clock.advance(100)
    expect(performed).toHaveLength(1)
  })

  it('is not put off', async () => {
    const { clock, queue, performed, duty } = start()
    const a = duty('a')
    queue.by(a, begin + 10)
    queue.by(a, begin + 20)
    await clock.advance(100)
    expect(performed).toEqual([['a', begin + 10]])
  })

  it('is brought forward', async () => {
    const { clock, queue, performed, duty } = start()
    const a = duty('a')
    queue.by(a, begin + 10)
    queue.by(a, begin + 5)
    await clock.advance(100)
    expect(performed).toEqual([['a', begin + 5]])
  })

  it('that is due at no time waits for none', () => {
    const { clock, queue, duty } = start()
    const a = duty('a')
    queue.by(a, Number.POSITIVE_INFINITY)
    expect([clock.waiting, a.place]).toEqual([0, -1])
  })

  it('whose time is over is performed at once, but not before the command has ended', async () => {
    const { clock, queue, performed, duty, waits } = start()
    queue.by(duty('a'), begin - 10)
    expect([performed, waits]).toEqual([[], [0]])
    await clock.advance(0)
    expect(performed).toEqual([['a', begin]])
  })

  it('that is dropped is not performed', async () => {
    const { clock, queue, performed, duty } = start()
    const a = duty('a')
    queue.by(a, begin + 10)
    queue.drop(a)
    await clock.advance(100)
    expect(performed).toEqual([])
  })

  it('that was dropped may be due later', async () => {
    const { clock, queue, performed, duty } = start()
    const a = duty('a')
    queue.by(a, begin + 10)
    queue.drop(a)
    queue.by(a, begin + 20)
    await clock.advance(100)
    expect(performed).toEqual([['a', begin + 20]])
  })

  it('asks for its next time itself', async () => {
    const { clock, queue, performed, duty } = start()
    const a = duty('a', () => {
      if (performed.length < 3) queue.by(a, clock.now() + 10)
    })
    queue.by(a, begin + 10)
    await clock.advance(100)
    expect(performed.map(([, now]) => now - begin)).toEqual([10, 20, 30])
  })

  it('that throws holds up no other', async () => {
    const { clock, queue, performed, duty } = start()
    const fault = new Error('a duty’s own')
    const faulty = createDuty(() => {
      throw fault
    })
    queue.by(faulty, begin + 10)
    queue.by(duty('b'), begin + 10)
    queue.by(duty('c'), begin + 20)
    await expect(clock.advance(10)).rejects.toBe(fault)
    await clock.advance(10)
    expect(performed).toEqual([
      ['b', begin + 10],
      ['c', begin + 20],
    ])
  })
})

describe('what is due', () => {
  it('is performed before its timer when a command comes first, the earliest first', () => {
    const { clock, queue, performed, duty } = start()
    for (const [name, at] of [
      ['c', 30],
      ['a', 10],
      ['d', 31],
      ['b', 20],
    ] as const)
      queue.by(duty(name), begin + at)
    clock.jump(30)
    expect(queue.run()).toBe(begin + 30)
    expect(performed).toEqual([
      ['a', begin + 30],
      ['b', begin + 30],
      ['c', begin + 30],
    ])
  })

  it('includes what becomes due by what is performed', () => {
    const { clock, queue, performed, duty } = start()
    const b = duty('b')
    queue.by(
      duty('a', () => queue.by(b, begin + 5)),
      begin + 3,
    )
    clock.jump(5)
    queue.run()
    expect(performed.map(([name]) => name)).toEqual(['a', 'b'])
  })

  it('is nothing for most commands, which get the time all the same', () => {
    const { queue, performed } = start()
    expect(queue.run()).toBe(begin)
    expect(performed).toEqual([])
  })
})

describe('the timer', () => {
  it('is one for all, set for the earliest', () => {
    const { clock, queue, duty, waits } = start()
    queue.by(duty('b'), begin + 20)
    queue.by(duty('c'), begin + 30)
    queue.by(duty('a'), begin + 10)
    expect([waits, clock.waiting]).toEqual([[20, 10], 1])
  })

  it('is not set again for a duty of the same time', () => {
    const { queue, duty, waits } = start()
    queue.by(duty('a'), begin + 20)
    queue.by(duty('b'), begin + 20)
    expect(waits).toEqual([20])
  })

  it('is set for what follows, once it has come', async () => {
    const { clock, queue, performed, duty, waits } = start()
    queue.by(duty('a'), begin + 10)
    queue.by(duty('b'), begin + 25)
    await clock.advance(10)
    expect(waits).toEqual([10, 15])
    await clock.advance(15)
    expect(performed).toEqual([
      ['a', begin + 10],
      ['b', begin + 25],
    ])
  })

  it('is not set where nothing follows', async () => {
    const { clock, queue, duty } = start()
    queue.by(duty('a'), begin + 10)
    await clock.advance(10)
    expect(clock.waiting).toBe(0)
  })

  it('is set anew after a command did its work before it', async () => {
    const { clock, queue, performed, duty } = start()
    queue.by(duty('a'), begin + 10)
    clock.jump(15)
    queue.run()
    queue.by(duty('b'), begin + 25)
    await clock.advance(10)
    expect(performed).toEqual([
      ['a', begin + 15],
      ['b', begin + 25],
    ])
  })
})

describe('a stopped queue', () => {
  it('performs nothing and has no timer', async () => {
    const { clock, queue, performed, duty } = start()
    queue.by(duty('a'), begin + 10)
    queue.stop()
    expect(clock.waiting).toBe(0)
    clock.jump(20)
    queue.run()
    expect(performed).toEqual([])
  })

  it('sets no timer again', () => {
    const { clock, queue, duty } = start()
    queue.stop()
    queue.by(duty('a'), begin + 10)
    expect(clock.waiting).toBe(0)
  })
})
