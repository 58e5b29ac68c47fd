// Long because waiting, trying and trying again share what they count.
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import { findService } from './endpoint-check.js'
import { backOff, HostLine } from './host-line.js'
import type { Push, Pushes, PushOutcome } from './push.js'
import type { PushTry } from './push-sender.js'

/** How many pushes are under way at once, and how many wait. */
export const mostUnderWay = 20
export const mostWaiting = 10_000
const mostTries = 5
const firstRetryMs = 5_000
const longestRetryMs = 60_000
/** What is due within this time is begun together, in ms. */
const togetherMs = 250
const msPerSecond = 1000

/** Tries to tell a device. */
export interface PushTeller {
  /** Never rejects for what others do. @param ttlSeconds how long the push service may hold it */
  send(push: Pick<Push, 'userId' | 'device'>, ttlSeconds: number): Promise<PushTry>
  stop(): void
}

/** What a queue needs. */
export interface PushQueueOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly sender: PushTeller
  /** The hosts of push services, as in `Config.push.hosts`. */
  readonly hosts: readonly string[]
  /** Told what became of each push. */
  readonly onOutcome: (outcome: PushOutcome) => void
  /** From 0 to 1, for delays that differ. */
  readonly random?: () => number
}

interface Entry {
  readonly key: string
  readonly line: HostLine<Entry>
  /** The newest for its device, which lasts as long as the message of each that it has taken the place of. */
  push: Push
  tries: number
  /** When it may be tried again, in ms of `Clock.now()`. */
  dueAt: number
}

/**
 * Tells devices in the background, as far as push services let it: in turn by service, and there by host, so that one that is slow
 * or down keeps nobody else waiting, nor do many hosts below a `*`, which anybody can name. It holds one push a device. Whoever
 * adds one never waits for it.
 */
export class PushQueue implements Pushes {
  readonly #options: PushQueueOptions
  readonly #random: () => number
  /** What waits, by device, the oldest first. */
  readonly #waiting = new Map<string, Entry>()
  /** What waits for its next try. */
  readonly #later = new Set<Entry>()
  readonly #lines = new Map<string, HostLine<Entry>>()
  /** By push service its hosts that may have something to begin, the next in turn first. */
  readonly #open = new Map<string, Set<HostLine<Entry>>>()
  /** How many are under way at each push service. */
  readonly #underWayAt = new Map<string, number>()
  readonly #resting = new Set<HostLine<Entry>>()
  readonly #logged = new Set<string>()
  #hearGone: (userId: string, deviceId: string) => void = () => {}
  #underWay = 0
  #isBeginning = false
  #isStopped = false
  #wakesAt = Number.POSITIVE_INFINITY
  #cancelWake: () => void = () => {}

  constructor(options: PushQueueOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  /** How many pushes wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  add(push: Push): void {
    if (this.#isStopped) return
    const { endpoint } = push.device
    const found = findService(endpoint, this.#options.hosts)
    if (found === null) {
      this.#options.onOutcome('refused')
      return
    }
    const key = `${push.userId} ${push.device.id}`
    const before = this.#waiting.get(key)
    if (before?.push.device.endpoint === endpoint) {
      before.push = lastingAs(before.push, push)
      return
    }
    if (before !== undefined) this.#end(before, 'forgotten')
    if (this.#waiting.size >= mostWaiting) this.#forgetOldest()
    const entry = { key, push, line: this.#lineOf(found.url.host, found.service), tries: 0, dueAt: 0 }
    this.#keep(entry)
    this.#makeReady(entry)
  }

  onGone(hear: (userId: string, deviceId: string) => void): void {
    this.#hearGone = hear
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelWake()
    for (const held of [this.#waiting, this.#later, this.#lines, this.#open, this.#resting]) held.clear()
    this.#options.sender.stop()
  }

  #lineOf(host: string, service: string): HostLine<Entry> {
    const line = this.#lines.get(host) ?? new HostLine<Entry>(host, service)
    this.#lines.set(host, line)
    return line
  }

  #forgetOldest(): void {
    const [oldest] = this.#waiting.values()
    if (oldest !== undefined) this.#end(oldest, 'forgotten')
  }

  #keep(entry: Entry): void {
    this.#waiting.set(entry.key, entry)
    entry.line.waiting += 1
  }

  #makeReady(entry: Entry): void {
    entry.line.ready.add(entry)
    this.#openLine(entry.line)
    this.#beginSoon()
  }

  /** Takes an entry out of all that waits. */
  #take(entry: Entry): void {
    this.#waiting.delete(entry.key)
    this.#later.delete(entry)
    entry.line.ready.delete(entry)
    entry.line.waiting -= 1
  }

  #end(entry: Entry, outcome: PushOutcome): void {
    this.#take(entry)
    this.#forgetIdle(entry.line)
    this.#options.onOutcome(outcome)
  }

  #forgetIdle(line: HostLine<Entry>): void {
    if (!line.isIdle) return
    this.#lines.delete(line.host)
    this.#open.get(line.service)?.delete(line)
    this.#resting.delete(line)
  }

  /** One in each turn of the event loop: encrypting twenty at once would hold up messages. */
  #beginSoon(): void {
    if (this.#isBeginning || this.#isStopped) return
    this.#isBeginning = true
    setImmediate(() => {
      this.#isBeginning = false
      if (!this.#isStopped && this.#beginNext()) this.#beginSoon()
    })
  }

  /** False if nothing may begin now. */
  #beginNext(): boolean {
    const now = this.#options.clock.now()
    if (this.#underWay >= mostUnderWay) return false
    for (const [service, lines] of this.#open) {
      const entry = this.#hasRoom(service) ? nextOf(lines, now) : null
      if (entry === null) continue
      this.#open.delete(service)
      this.#open.set(service, lines)
      this.#begin(entry, now)
      return true
    }
    return false
  }

  #openLine(line: HostLine<Entry>): void {
    const lines = this.#open.get(line.service) ?? new Set()
    this.#open.set(line.service, lines.add(line))
  }

  /** A push service may have half of what the others leave, so that something is left for more. */
  #hasRoom(service: string): boolean {
    const own = this.#underWayAt.get(service) ?? 0
    const left = mostUnderWay - (this.#underWay - own)
    return own < (this.#options.hosts.length === 1 ? left : left / 2)
  }

  #noteUnderWay({ line }: Entry, change: 1 | -1): void {
    this.#underWay += change
    line.underWay += change
    this.#underWayAt.set(line.service, (this.#underWayAt.get(line.service) ?? 0) + change)
  }

  #begin(entry: Entry, now: number): void {
    const { push } = entry
    const seconds = Math.floor((push.expiresAt - now) / msPerSecond)
    if (seconds < 1) {
      this.#end(entry, 'expired')
      return
    }
    this.#take(entry)
    this.#noteUnderWay(entry, 1)
    this.#options.sender.send(push, seconds).then(
      done => this.#settle(entry, done),
      (error: unknown) => {
        this.#options.log.error({ err: error }, 'a push could not be made')
        this.#settle(entry, { verdict: 'refused', why: 'fault', retryAfterMs: 0 })
      },
    )
  }

  #settle(entry: Entry, done: PushTry): void {
    if (this.#isStopped) return
    const { line } = entry
    this.#noteUnderWay(entry, -1)
    if (done.verdict === 'failed') this.#noteFailure(entry, done)
    // What is refused may have been refused here, before the host was asked.
    else if (done.verdict !== 'refused') line.answered()
    if (done.verdict === 'busy' || done.verdict === 'failed') this.#tryAgain(entry, done)
    else this.#finish(entry, done.verdict, done.why)
    this.#forgetIdle(line)
    if (line.ready.size > 0) this.#openLine(line)
    this.#beginSoon()
  }

  #finish(entry: Entry, outcome: 'told' | 'gone' | 'refused', why: string): void {
    this.#options.onOutcome(outcome)
    if (outcome === 'refused') this.#logOnce(entry.line.service, why)
    if (outcome !== 'gone') return
    const newer = this.#waiting.get(entry.key)
    if (newer?.push.device.endpoint === entry.push.device.endpoint) this.#end(newer, 'gone')
    this.#hearGone(entry.push.userId, entry.push.device.id)
  }

  #noteFailure({ line }: Entry, { why }: PushTry): void {
    const rests = line.failed(this.#options.clock.now(), this.#random())
    if (rests === 0) return
    this.#resting.add(line)
    this.#wakeBy(line.restsUntil)
    const { service } = line
    if (rests === 1) this.#options.log.warn({ service, why }, 'a push service failed: what waits for it is tried later')
  }

  #tryAgain(entry: Entry, { retryAfterMs }: PushTry): void {
    entry.tries += 1
    const pauseMs = backOff(firstRetryMs, entry.tries, longestRetryMs, this.#random())
    entry.dueAt = this.#options.clock.now() + Math.max(retryAfterMs, pauseMs)
    const end = this.#endOf(entry)
    if (end !== null) {
      this.#options.onOutcome(end)
      return
    }
    this.#keep(entry)
    this.#later.add(entry)
    this.#wakeBy(entry.dueAt)
  }

  /** How a push ends that failed and is not to be tried again; null if it is. */
  #endOf({ key, tries, dueAt, push }: Entry): PushOutcome | null {
    const newer = this.#waiting.get(key)
    if (newer !== undefined) {
      newer.push = lastingAs(push, newer.push)
      return 'forgotten'
    }
    if (tries >= mostTries) return 'given_up'
    return dueAt >= push.expiresAt ? 'expired' : null
  }

  #logOnce(service: string, why: string): void {
    const what = `${service} ${why}`
    if (this.#logged.has(what)) return
    this.#logged.add(what)
    this.#options.log.warn({ service, why }, 'a push service refused a push: this is said once')
  }

  #wakeBy(moment: number): void {
    if (moment >= this.#wakesAt) return
    this.#cancelWake()
    this.#wakesAt = moment
    const ms = Math.max(moment - this.#options.clock.now(), togetherMs)
    this.#cancelWake = this.#options.clock.after(ms, () => this.#wake())
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY
    const now = this.#options.clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const entry of this.#later) {
      if (entry.push.expiresAt <= now) this.#end(entry, 'expired')
      else if (entry.dueAt > now) next = Math.min(next, entry.dueAt)
      else {
        this.#later.delete(entry)
        this.#makeReady(entry)
      }
    }
    for (const line of this.#resting) {
      if (line.restsUntil > now) next = Math.min(next, line.restsUntil)
      else this.#endRest(line, now)
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeBy(next)
  }

  #endRest(line: HostLine<Entry>, now: number): void {
    this.#resting.delete(line)
    for (const entry of line.ready) if (entry.push.expiresAt <= now) this.#end(entry, 'expired')
    if (line.ready.size > 0) this.#openLine(line)
    this.#beginSoon()
  }
}

/** The next to begin of what waits for the hosts of a push service. Its host's next turn comes after those of the others. */
function nextOf(lines: Set<HostLine<Entry>>, now: number): Entry | null {
  for (const line of lines) {
    // Whatever changes that it may not begin opens it again.
    lines.delete(line)
    const [entry] = line.ready
    if (entry === undefined || !line.mayBegin(now)) continue
    lines.add(line)
    return entry
  }
  return null
}

/** A push that is told in the place of an older one, whose message may live longer: either tells of both. */
function lastingAs(older: Push, newer: Push): Push {
  return { ...newer, expiresAt: Math.max(older.expiresAt, newer.expiresAt) }
}
