import type { Clock } from '#src/chat/clock.js'
import { RedisFailure, type RedisLink, type ServerAnswer } from './link.js'

/** How often it is tried whether Redis answers, ms. */
const probeEveryMs = 1_000

/**
 * A link that knows whether Redis answers. While it does not, commands fail at once instead of waiting each for its deadline, and
 * a probe finds out when it is back.
 */
export class WatchedLink implements RedisLink {
  #isAway = false
  #cancel: () => void = () => {}
  #isClosed = false

  /**
   * @param clock for its timers
   * @param onProbed told after each probe that was answered
   * @param onAway told when Redis answers no more, and when it does again
   */
  constructor(
    private readonly link: RedisLink,
    private readonly clock: Pick<Clock, 'after'>,
    private readonly onProbed: () => void,
    private readonly onAway: (isAway: boolean) => void,
  ) {
    this.#probeLater()
  }

  /** Whether Redis does not answer. */
  get isAway(): boolean {
    return this.#isAway
  }

  get partitions(): number {
    return this.link.partitions
  }

  get isSharded(): boolean {
    return this.link.isSharded
  }

  get generation(): string {
    return this.link.generation
  }

  async call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    if (this.#isAway) throw new RedisFailure('Redis is away', false)
    try {
      return await this.link.call(command, ...args)
    } catch (error) {
      // Of several servers one alone may be away.
      if (error instanceof RedisFailure && !error.isRefusal && this.link.partitions === 1) this.#set(true)
      throw error
    }
  }

  callEach(command: string, ...args: string[]): Promise<readonly ServerAnswer[]> {
    return this.link.callEach(command, ...args)
  }

  subscribe(channels: readonly string[]): Promise<void> {
    return this.link.subscribe(channels)
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.link.unsubscribe(channels)
  }

  onMessage(hear: (channel: string, message: Buffer) => void): () => void {
    return this.link.onMessage(hear)
  }

  onHealed(hear: () => void): () => void {
    return this.link.onHealed(hear)
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
    this.link.close()
  }

  #probeLater(): void {
    this.#cancel = this.clock.after(probeEveryMs, () => void this.#probe())
  }

  async #probe(): Promise<void> {
    const isAway = await this.#ask().then(
      () => false,
      () => true,
    )
    if (this.#isClosed) return
    this.#set(isAway)
    if (!isAway) this.onProbed()
    this.#probeLater()
  }

  /** Of several servers one alone may be away. A cluster that is down still answers PING, and refuses what is about a key. */
  #ask(): Promise<unknown> {
    const { partitions } = this.link
    if (partitions === 1) return this.link.call('PING')
    return Promise.any(Array.from({ length: partitions }, (_, index) => this.link.call('EXISTS', `{p${index}}`)))
  }

  #set(isAway: boolean): void {
    if (isAway === this.#isAway || this.#isClosed) return
    this.#isAway = isAway
    this.onAway(isAway)
  }
}
