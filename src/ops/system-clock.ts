import { openSync, readSync } from 'node:fs'
import { uptime } from 'node:os'
import type { Clock } from '../chat/clock.js'

/** The clocks of a machine, in milliseconds. */
export interface TimeSources {
  /** The wall clock, since the epoch. Anybody may set it at any time. */
  wall(): number
  /** A monotonic clock that stands still while the machine sleeps. */
  awake(): number
  /** Only moves forward, also while the machine sleeps; null when it cannot be read. */
  uptime(): number | null
  /** If `uptime` gets ahead by less than this, that may be its rounding. */
  readonly shortestSleepMs: number
}

/** Told that the wall clock was set: by how much (negative for back), and how far it is from this clock now. */
export type OnStep = (stepMs: number, apartMs: number) => void

/** How often to check for a sleep or a jump. */
const lookEveryMs = 1000
/** The longest age of a reading before the clocks are read again. */
const freshMs = 100
/** Readings that took longer than this cannot be compared, because the process was interrupted between them. */
const longestLookMs = 20
/** The clocks are looked at every second: a longer gap than this is no busy moment. */
const shortestStandstillMs = 5000
/** Shorter steps are ignored: not worth a line in the log, nor a change of the times on a page. */
const shortestStepMs = 1000
/** setTimeout fires at once if asked to wait longer. */
const longestTimeoutMs = 2_147_483_647

interface Wait {
  readonly until: number
  readonly callback: () => void
  timer?: NodeJS.Timeout
}

/**
 * The machine's time. The wall clock may be set at any moment, and the clock behind timers stops while the machine
 * sleeps. This one follows the latter, and adds the time slept.
 */
export class SystemClock implements Clock {
  readonly #sources: TimeSources
  readonly #onStep: OnStep
  /** How far the wall clock and `uptime` were ahead of `awake` at the start. */
  readonly #wallLead: number
  readonly #uptimeLead: number | null
  readonly #waits = new Set<Wait>()
  readonly #looking: NodeJS.Timeout
  #sleptMs = 0
  #apartMs = 0
  #lookedAt: number
  #awakeSince = Number.NEGATIVE_INFINITY

  constructor(onStep: OnStep, sources: TimeSources = machine) {
    this.#sources = sources
    this.#onStep = onStep
    const awake = sources.awake()
    this.#wallLead = sources.wall() - awake
    const up = sources.uptime()
    this.#uptimeLead = up === null ? null : up - awake
    this.#lookedAt = awake
    this.#looking = setInterval(() => this.#look(), lookEveryMs).unref()
  }

  get awakeSince(): number {
    return this.#awakeSince
  }

  now(): number {
    const awake = this.#sources.awake()
    if (awake - this.#lookedAt < freshMs) return this.#momentAt(awake)
    this.#look()
    return this.#momentAt(this.#sources.awake())
  }

  wallTimeOf(moment: number): number {
    return moment + this.#apartMs
  }

  after(ms: number, callback: () => void): () => void {
    const wait: Wait = { until: this.now() + ms, callback }
    this.#waits.add(wait)
    this.#arm(wait)
    return () => {
      clearTimeout(wait.timer)
      this.#waits.delete(wait)
    }
  }

  /** Stops looking for sleeps and steps. */
  stop(): void {
    clearInterval(this.#looking)
  }

  #momentAt(awake: number): number {
    return Math.floor(awake + this.#wallLead + this.#sleptMs)
  }

  #look(): void {
    const before = this.#sources.awake()
    const up = this.#sources.uptime()
    const wall = this.#sources.wall()
    const awake = this.#sources.awake()
    const unseenMs = awake - this.#lookedAt
    const sleptMs = this.#sleptMs
    this.#lookedAt = awake
    if (awake - before <= longestLookMs) {
      this.#noteSleep(up, awake)
      this.#noteStep(wall, awake)
    }
    if (unseenMs + this.#sleptMs - sleptMs >= shortestStandstillMs) this.#awakeSince = this.#momentAt(awake)
  }

  #noteSleep(up: number | null, awake: number): void {
    if (up === null || this.#uptimeLead === null) return
    const sleptMs = up - awake - this.#uptimeLead
    if (sleptMs - this.#sleptMs < this.#sources.shortestSleepMs) return
    this.#sleptMs = sleptMs
    // Timers stood still during the sleep.
    for (const wait of this.#waits) this.#arm(wait)
  }

  #noteStep(wall: number, awake: number): void {
    const apartMs = wall - this.#momentAt(awake)
    const stepMs = apartMs - this.#apartMs
    if (Math.abs(stepMs) < shortestStepMs) return
    this.#apartMs = apartMs
    this.#onStep(stepMs, apartMs)
  }

  #arm(wait: Wait): void {
    clearTimeout(wait.timer)
    const leftMs = wait.until - this.#momentAt(this.#sources.awake())
    wait.timer = setTimeout(() => this.#end(wait), Math.min(Math.max(leftMs, 0), longestTimeoutMs)).unref()
  }

  #end(wait: Wait): void {
    // A timer may be a millisecond early.
    if (wait.until > this.now()) this.#arm(wait)
    else if (this.#waits.delete(wait)) wait.callback()
  }
}

/**
 * How long the machine has been up, sleep included. The file stays open: without a descriptor left it could not be
 * opened, and os.uptime, which may count from another start in a container, would look like a sleep.
 */
function findUptime(): Pick<TimeSources, 'uptime' | 'shortestSleepMs'> {
  const text = Buffer.alloc(64)
  let file: number
  try {
    file = openSync('/proc/uptime', 'r')
  } catch {
    // Not Linux, or there is no such file. os.uptime counts whole seconds on some systems.
    return { uptime: () => uptime() * 1000, shortestSleepMs: 1500 }
  }
  const read = () => {
    try {
      const length = readSync(file, text, 0, text.length, 0)
      const seconds = Number.parseFloat(text.toString('latin1', 0, length))
      return Number.isFinite(seconds) ? seconds * 1000 : null
    } catch {
      // Missing a sleep for a while is better than ending the process.
      return null
    }
  }
  return { uptime: read, shortestSleepMs: 50 }
}

const machine: TimeSources = {
  wall: () => Date.now(),
  awake: () => performance.now(),
  ...findUptime(),
}
