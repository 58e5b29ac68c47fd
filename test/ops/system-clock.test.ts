// Long because every case of one behaviour stands here.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SystemClock } from '#src/ops/system-clock.js'

const hour = 3_600_000
const began = 1_700_000_000_000

/** A machine whose wall clock can be set and which can be put to sleep. */
class Machine {
  wallAt = began
  awakeFor = 5000
  upFor: number | null = 90_000
  readonly shortestSleepMs = 50
  /** How long the process is held up whenever it asks for the wall clock. */
  holdUpMs = 0

  readonly wall = () => {
    const at = this.wallAt
    if (this.holdUpMs > 0) this.#pass(this.holdUpMs)
    return at
  }
  readonly awake = () => this.awakeFor
  readonly uptime = () => this.upFor

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.#pass(10)
      await vi.advanceTimersByTimeAsync(10)
    }
  }

  /** Stops the process. */
  stop(ms: number): void {
    this.#pass(ms)
  }

  sleep(ms: number): void {
    this.wallAt += ms
    if (this.upFor !== null) this.upFor += ms
  }

  #pass(ms: number): void {
    this.awakeFor += ms
    this.sleep(ms)
  }
}

let machine: Machine
let clock: SystemClock
let steps: number[][]

describe('the clock that only moves forward', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    machine = new Machine()
    steps = []
    clock = new SystemClock((...step) => steps.push(step), machine)
  })
  afterEach(() => {
    clock.stop()
    vi.useRealTimers()
  })

  it('begins with the time of the wall clock, and goes on as that does', async () => {
    expect(clock.now()).toBe(began)
    await machine.run(5000)
    expect(clock.now()).toBe(machine.wallAt)
    expect(clock.wallTimeOf(began)).toBe(began)
    expect(steps).toEqual([])
  })

  it.each([hour, -hour])(
    'goes on when the wall clock is set by %i ms, which alone shows, and says so once',
    async ms => {
      machine.wallAt += ms
      await machine.run(5000)
      expect(clock.now()).toBe(began + 5000)
      expect(clock.wallTimeOf(clock.now())).toBe(machine.wallAt)
      expect(steps).toEqual([[ms, ms]])
    },
  )

  it('says each step with its own size, and how far the clocks are apart since', async () => {
    machine.wallAt -= hour
    await machine.run(1000)
    machine.wallAt += hour / 2
    await machine.run(1000)
    machine.wallAt += hour / 2
    await machine.run(1000)
    expect(steps).toEqual([
      [-hour, -hour],
      [hour / 2, -hour / 2],
      [hour / 2, 0],
    ])
  })

  it('takes no notice of less than a second, so that a moment is shown as one time', async () => {
    machine.wallAt += 999
    await machine.run(2000)
    expect(clock.wallTimeOf(began)).toBe(began)
    expect(steps).toEqual([])
  })

  it('counts what the machine slept, which is no step of the wall clock', async () => {
    await machine.run(50)
    machine.sleep(hour)
    await machine.run(100)
    expect(clock.now()).toBe(began + hour + 150)
    await machine.run(2000)
    machine.sleep(hour)
    await machine.run(100)
    expect(clock.now()).toBe(machine.wallAt)
    expect(steps).toEqual([])
  })

  it('calls within a second of waking what fell due in its sleep, and nothing sooner than its time', async () => {
    const called: string[] = []
    clock.after(hour, () => called.push('in sleep'))
    clock.after(hour + 5000, () => called.push('later'))
    clock.after(hour, () => called.push('cancelled'))()
    await machine.run(3000)
    expect(called).toEqual([])
    machine.sleep(hour - 3000)
    await machine.run(1010)
    expect(called).toEqual(['in sleep'])
    await machine.run(3980)
    expect(called).toEqual(['in sleep'])
    await machine.run(20)
    expect(called).toEqual(['in sleep', 'later'])
  })

  it('calls at its time what is due further away than a timer can wait', async () => {
    const called = vi.fn()
    clock.after(40 * 24 * hour, called)
    await machine.run(1000)
    machine.sleep(40 * 24 * hour - 2000)
    await machine.run(990)
    expect(called).not.toHaveBeenCalled()
    await machine.run(20)
    expect(called).toHaveBeenCalledOnce()
  })

  it('takes a process that was held up between two readings neither for sleep nor for a step', async () => {
    machine.holdUpMs = 10_000
    await machine.run(1000)
    machine.holdUpMs = 0
    await machine.run(1000)
    expect(clock.now()).toBe(machine.wallAt)
    expect(steps).toEqual([])
  })

  it('has never stood still at first, nor by seconds of work', async () => {
    await machine.run(5000)
    machine.stop(3900)
    await machine.run(2000)
    expect(clock.awakeSince).toBe(Number.NEGATIVE_INFINITY)
  })

  it.each(['stop', 'sleep'] as const)('knows from the first look on when it went on after a %s', async how => {
    await machine.run(2000)
    machine[how](40_000)
    const wokeAt = clock.now()
    if (how === 'stop') expect(clock.awakeSince).toBe(wokeAt)
    await machine.run(10_000)
    expect(clock.awakeSince).toBeGreaterThanOrEqual(wokeAt)
    expect(clock.awakeSince).toBeLessThanOrEqual(began + 43_000)
  })

  it.each(['at the beginning', 'later'])('goes on by what it has when the uptime cannot be read %s', async when => {
    if (when === 'at the beginning') {
      clock.stop()
      machine.upFor = null
      clock = new SystemClock((...step) => steps.push(step), machine)
    }
    machine.upFor = null
    machine.wallAt += hour
    await machine.run(5000)
    expect(clock.now()).toBe(began + 5000)
    expect(steps).toEqual([[hour, hour]])
  })

  it('takes what the uptime is coarse by for no sleep', async () => {
    machine.upFor = 90_049
    await machine.run(2000)
    expect(clock.now()).toBe(began + 2000)
  })

  it('never goes back, though the uptime does', async () => {
    await machine.run(1000)
    machine.upFor = 0
    await machine.run(1000)
    expect(clock.now()).toBe(began + 2000)
  })
})

it('on this machine moves with the real time', async () => {
  const real = new SystemClock(() => {})
  const [before, from] = [performance.now(), real.now()]
  await new Promise<void>(resolve => {
    real.after(300, resolve)
  })
  const [to, after] = [real.now(), performance.now()]
  real.stop()
  expect(to - from).toBeGreaterThanOrEqual(300)
  expect(to - from).toBeLessThanOrEqual(after - before + 1)
})
