/** After this many failures in a row a host rests. */
const mostFailures = 3
const firstRestMs = 5_000
const longestRestMs = 60_000
/** How many pushes one host may have under way: those of another must not wait until it answers. */
const mostAtOnce = 10
/** A delay is up to this part longer or shorter, so that not all comes again at once. */
const jitter = 0.2

/** A delay that doubles with each try, in ms. @param random 0 to 1 */
export function backOff(firstMs: number, tries: number, longestMs: number, random: number): number {
  return Math.round(Math.min(firstMs * 2 ** (tries - 1), longestMs) * (1 - jitter + 2 * jitter * random))
}

/**
 * What waits for one host of a push service. A host that has failed several times in a row rests; then one push tries it, and it rests
 * for longer if that fails too. So a host that is down costs next to nothing, however much waits for it.
 */
export class HostLine<Entry> {
  /** What may begin as soon as the host may be asked, the oldest first. */
  readonly ready = new Set<Entry>()
  /** All that waits for it, also what is to be tried again later. */
  waiting = 0
  underWay = 0
  #failures = 0
  #restsUntil = 0

  /** @param service the push service that it is of, as the settings have it */
  constructor(
    readonly host: string,
    readonly service: string,
  ) {}

  /** Until when it rests, in ms of `Clock.now()`. */
  get restsUntil(): number {
    return this.#restsUntil
  }

  /** Whether nothing waits for it or is under way. */
  get isIdle(): boolean {
    return this.waiting === 0 && this.underWay === 0
  }

  /** Whether the first that is ready may begin. */
  mayBegin(now: number): boolean {
    const most = this.#failures < mostFailures ? mostAtOnce : 1
    return this.ready.size > 0 && now >= this.#restsUntil && this.underWay < most
  }

  /** Notes that it has answered. */
  answered(): void {
    this.#failures = 0
    this.#restsUntil = 0
  }

  /** Notes that it has not. @returns which rest in a row begins with that; 0 for none */
  failed(now: number, random: number): number {
    // What was under way as the rest began has failed for the same reason.
    if (now < this.#restsUntil) return 0
    this.#failures += 1
    const rests = this.#failures - mostFailures + 1
    if (rests < 1) return 0
    this.#restsUntil = now + backOff(firstRestMs, rests, longestRestMs, random)
    return rests
  }
}
