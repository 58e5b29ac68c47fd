import { FakeClock } from '../fake-clock.js'

/** A clock for an engine that sweeps what is due in another process: it stops at each time at which something is due. */
export class SweptClock extends FakeClock {
  /** Performs all that is due and resolves with how many ms it is until the next; Infinity: nothing is. */
  sweep: () => Promise<number> = async () => Number.POSITIVE_INFINITY

  override async advance(ms: number): Promise<void> {
    const target = this.now() + ms
    for (let nextMs = await this.sweep(); this.now() + nextMs <= target; nextMs = await this.sweep()) this.jump(nextMs)
    await super.advance(target - this.now())
  }
}
