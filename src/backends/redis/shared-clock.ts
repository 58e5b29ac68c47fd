import type { Clock } from '#src/chat/clock.js'
import type { RedisLink } from '#src/redis/link.js'

/** How often Redis is asked for the time, ms: in between, this machine's own clock drifts by less than a millisecond. */
const askEveryMs = 10_000
/** This clock never goes back by less than that, ms: it waits until the time has come again. */
const longestWaitMs = 1_000
const microsecondsPerMs = 1_000

/**
 * The time of Redis, by which everything that nodes share lives and ends. The clock of this machine says only how much has passed
 * since Redis was asked, so it may be wrong by an hour.
 */
export class SharedClock implements Clock {
  /** How far Redis is ahead of the local clock, ms. */
  #leadMs: number | null = null
  #latest = 0
  #cancel: () => void = () => {}

  private constructor(
    private readonly link: Pick<RedisLink, 'call'>,
    private readonly local: Clock,
  ) {}

  /** Asks Redis for the time, and does so again and again. @throws RedisFailure */
  static async start(link: Pick<RedisLink, 'call'>, local: Clock): Promise<SharedClock> {
    const clock = new SharedClock(link, local)
    await clock.ask()
    clock.#askLater()
    return clock
  }

  get awakeSince(): number {
    return Math.floor(this.local.awakeSince + (this.#leadMs ?? 0))
  }

  now(): number {
    const now = Math.floor(this.local.now() + (this.#leadMs ?? 0))
    // Someone may have set the clock of Redis back: messages live by that one.
    if (now > this.#latest || this.#latest - now > longestWaitMs) this.#latest = now
    return this.#latest
  }

  /** Redis has a wall clock, and no other. */
  wallTimeOf(moment: number): number {
    return moment
  }

  after(ms: number, callback: () => void): () => void {
    return this.local.after(ms, callback)
  }

  /** Asks Redis for the time once more. @throws RedisFailure */
  async ask(): Promise<void> {
    const before = this.local.now()
    const answer = await this.link.call('TIME')
    const after = this.local.now()
    if (!Array.isArray(answer)) throw new TypeError('Redis told no time')
    const time = Number(answer[0]) * 1000 + Number(answer[1]) / microsecondsPerMs
    // It was read at some moment between the two.
    const [least, most] = [time - after, time - before]
    this.#leadMs = this.#leadMs === null ? (least + most) / 2 : Math.min(Math.max(this.#leadMs, least), most)
  }

  stop(): void {
    this.#cancel()
  }

  #askLater(): void {
    this.#cancel = this.local.after(askEveryMs, () => {
      // While Redis is away, what was known goes on.
      this.ask().catch(() => {})
      this.#askLater()
    })
  }
}
