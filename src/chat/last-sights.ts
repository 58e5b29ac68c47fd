import type { Clock } from './clock.js'
import type { Engine, Presence, RoomId, UserId } from './engine.js'

/** What one person last saw of another who blocked them. */
interface Sight {
  /** Online until then, and from then on gone since `lastSeen`; both in ms of `Clock.now()`. */
  readonly ending: Promise<{ readonly until: number; readonly lastSeen: number | null }>
  /** The room that the two had when it was blocked; undefined until it is known. */
  roomId?: RoomId | null
  cancel?: () => void
}

/**
 * What the blocked go on seeing of who blocked them: somebody who closed their pages at that moment and has not come back.
 * A block that is older than this run of the server has no sight: that person was not seen yet, as anybody is at a start.
 */
export class LastSights {
  readonly #engine: Pick<Engine, 'readPresence' | 'findRoom'>
  readonly #clock: Clock
  readonly #byBlocker = new Map<UserId, Map<UserId, Sight>>()

  constructor(engine: Pick<Engine, 'readPresence' | 'findRoom'>, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  /** Keeps how things stand at a block. Who is here then is gone after `lingerMs`: that is when `onGone` is called. */
  async begin(blockerId: UserId, blockedId: UserId, lingerMs: number, onGone: () => void): Promise<void> {
    const now = this.#clock.now()
    const sight: Sight = {
      ending: this.#engine.readPresence(blockedId, [blockerId]).then(found => {
        const { isOnline = false, lastSeen = null } = found.get(blockerId) ?? {}
        return isOnline ? { until: now + lingerMs, lastSeen: now } : { until: now, lastSeen }
      }),
    }
    const sights = this.#byBlocker.get(blockerId) ?? new Map<UserId, Sight>()
    this.#byBlocker.set(blockerId, sights.set(blockedId, sight))
    const [{ until }, roomId] = await Promise.all([sight.ending, this.#engine.findRoom(blockerId, blockedId)])
    sight.roomId = roomId
    if (until === now || this.#find(blockerId, blockedId) !== sight) return
    sight.cancel = this.#clock.after(until - this.#clock.now(), onGone)
  }

  /** What the blocked see of who blocked them. */
  async read(blockerId: UserId, blockedId: UserId): Promise<Presence> {
    const ending = await this.#find(blockerId, blockedId)?.ending
    const isOnline = ending !== undefined && this.#clock.now() < ending.until
    return { userId: blockerId, isOnline, lastSeen: isOnline ? null : (ending?.lastSeen ?? null) }
  }

  /** Whether a page of who blocked may show that room still: it was there before the block. */
  mayShow(roomId: RoomId, blockerId: UserId, blockedId: UserId): boolean {
    const sight = this.#find(blockerId, blockedId)
    return sight !== undefined && (sight.roomId === undefined || sight.roomId === roomId)
  }

  /** Forgets what was kept at a block that was taken back. */
  end(blockerId: UserId, blockedId: UserId): void {
    const sights = this.#byBlocker.get(blockerId)
    sights?.get(blockedId)?.cancel?.()
    sights?.delete(blockedId)
    if (sights?.size === 0) this.#byBlocker.delete(blockerId)
  }

  /** Forgets a person, on either side. */
  forget(userId: UserId): void {
    for (const blockedId of [...(this.#byBlocker.get(userId)?.keys() ?? [])]) this.end(userId, blockedId)
    for (const blockerId of [...this.#byBlocker.keys()]) this.end(blockerId, userId)
  }

  /** Forgets everything and ends all timers. */
  clear(): void {
    for (const blockerId of [...this.#byBlocker.keys()]) this.forget(blockerId)
  }

  #find(blockerId: UserId, blockedId: UserId): Sight | undefined {
    return this.#byBlocker.get(blockerId)?.get(blockedId)
  }
}
