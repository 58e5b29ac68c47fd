import type { Logger } from 'pino'
import { type Device, livingDevices } from '../accounts/device.js'
import type { People } from '../accounts/people.js'
import type { Clock } from '../chat/clock.js'
import type { Engine, Message, MessageId, Reach, RoomId, UserId } from '../chat/engine.js'
import { isStorageFailure } from '../chat/errors.js'
import type { CountWindow, SharedStore } from '../shared-store/shared-store.js'
import { DelayLine } from './delay-line.js'
import type { OpenSessions } from './open-sessions.js'
import type { Pushes } from './push.js'

/** When it is looked whether a message was delivered, ms after it was sent. */
const deliveredWithinMs = 3_000
/** When it is looked whether it was seen, ms after it was sent. */
const seenWithinMs = 30_000
/** How many messages are watched, and how many people wait for the end of their minute. */
const mostWatched = 100_000
/** How many rooms of a person wait for the end of their minute. */
const mostRooms = 20
/** A person's devices are told once a minute. */
const oncePerMinute: CountWindow = { name: 'pushes', windowMs: 60_000, limit: 1 }

/** What `AbsenceWatch` needs. */
export interface AbsenceWatchDeps {
  readonly engine: Pick<Engine, 'readReach' | 'listRooms'>
  readonly people: Pick<People, 'find' | 'dropDevices'>
  readonly openSessions: Pick<OpenSessions, 'isOpen'>
  readonly sharedStore: Pick<SharedStore, 'count' | 'get' | 'set'>
  readonly pushes: Pick<Pushes, 'add' | 'onGone'>
  readonly clock: Clock
  readonly log: Logger
}

/** A message that is watched. Only its ids: its text must not outlive it here. */
interface Watched {
  readonly roomId: RoomId
  readonly messageId: MessageId
  readonly sentAt: number
  /** Whether nobody has to be told of it any more. */
  isSettled: boolean
}

/** The first and the last message of a room that wait; the same if only one does. */
interface WaitingRoom {
  readonly oldest: Watched
  newest: Watched
}

/** The messages of which a person is told at the end of a minute: the newest of each room, and the oldest, if that was taken back. */
interface Waiting {
  readonly byRoom: Map<RoomId, WaitingRoom>
  readonly cancel: () => void
}

/**
 * Tells the devices of people who are away: all of them, if a message was not delivered within 3 seconds; if it was, but not seen
 * within 30, those whose session has no page open. Once a minute at most; what comes within that minute is looked at again at
 * its end. Nobody is told of what is held, or of a room that they have never opened.
 *
 * Each message is watched by the node that took it. What is not known beyond a node's end is forgotten with it.
 */
export class AbsenceWatch {
  readonly #deps: AbsenceWatchDeps
  readonly #lines: readonly DelayLine<Watched>[]
  readonly #waiting = new Map<UserId, Waiting>()
  #isStopped = false

  constructor(deps: AbsenceWatchDeps) {
    this.#deps = deps
    const { clock, people, pushes } = deps
    const visit = (watched: Watched) => this.#look(watched)
    this.#lines = [deliveredWithinMs, seenWithinMs].map(
      delayMs => new DelayLine({ clock, delayMs, most: mostWatched, visit }),
    )
    pushes.onGone((userId, deviceId) => this.#drop(people.dropDevices(userId, ({ id }) => id === deviceId)))
  }

  /** Watches a message that was sent. Costs its sender nothing. */
  readonly watch = ({ roomId, id }: Pick<Message, 'roomId' | 'id'>): void => {
    if (this.#isStopped) return
    const watched = { roomId, messageId: id, sentAt: this.#deps.clock.now(), isSettled: false }
    for (const line of this.#lines) line.add(watched)
  }

  /** Tells nobody any more. */
  stop(): void {
    this.#isStopped = true
    for (const line of this.#lines) line.stop()
    for (const { cancel } of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  async #look(watched: Watched): Promise<void> {
    if (watched.isSettled) return
    try {
      const reach = await this.#deps.engine.readReach(watched.roomId, watched.messageId)
      if (reach === null || reach.isSeen) watched.isSettled = true
      else if (reach.hasEntered) await this.#tell(watched, reach)
    } catch (error) {
      // While what is shared is away, that is logged once, elsewhere.
      if (!isStorageFailure(error))
        this.#deps.log.error({ err: error }, 'whether a message was seen could not be found out')
    }
  }

  async #tell(watched: Watched, reach: Reach): Promise<void> {
    const { pushes, sharedStore, clock } = this.#deps
    const { recipientId: userId } = reach
    const devices = await this.#devicesToTell(watched, reach)
    if (devices.length === 0) return
    const { isCounted, waitMs, resetAfterMs } = await sharedStore.count(oncePerMinute, userId, 0)
    if (isCounted) {
      watched.isSettled = true
      const expiresAt = await this.#lastsUntil(userId, reach)
      for (const { id, endpoint, p256dh, auth } of devices)
        pushes.add({ userId, device: { id, endpoint, p256dh, auth }, expiresAt })
      return
    }
    const toldAt = clock.now() + resetAfterMs - oncePerMinute.windowMs
    // They were told that there is a message when this one was there already.
    if (watched.sentAt < toldAt) watched.isSettled = true
    else this.#wait(userId, watched, waitMs)
  }

  /**
   * Until when a person's devices are told. Push services drop an older push for a newer one, so that this must last as long as
   * what they were told of before, unless nothing of that is unread: a message that goes sooner would end it.
   */
  async #lastsUntil(userId: UserId, { expiresAt }: Reach): Promise<number> {
    const { engine, sharedStore, clock } = this.#deps
    const key = `told:${userId}`
    const before = Number((await sharedStore.get(key))?.value.toString() ?? 0)
    if (before > expiresAt && (await engine.listRooms(userId, { limit: 1 })).totalUnread > 1) return before
    await sharedStore.set(key, `${expiresAt}`, Math.max(expiresAt - clock.now(), 1))
    return expiresAt
  }

  async #devicesToTell({ sentAt }: Watched, { recipientId, isDelivered }: Reach): Promise<readonly Device[]> {
    const { people, openSessions, clock } = this.#deps
    const now = clock.now()
    if (isDelivered && now < sentAt + seenWithinMs) return []
    const devices = (await people.find(recipientId))?.devices ?? []
    const wallNow = clock.wallTimeOf(now)
    const living = livingDevices(devices, wallNow)
    if (living.length < devices.length) this.#drop(people.dropDevices(recipientId, ({ endsAt }) => endsAt <= wallNow))
    if (!isDelivered) return living
    const areOpen = await Promise.all(living.map(({ session }) => openSessions.isOpen(session)))
    return living.filter((_, index) => !areOpen[index])
  }

  /** Looks at a message again at the end of its recipient's minute. */
  #wait(userId: UserId, watched: Watched, waitMs: number): void {
    // It may have been looked at while the watch stopped.
    if (this.#isStopped) return
    const waiting = this.#waiting.get(userId)
    if (waiting === undefined) {
      if (this.#waiting.size < mostWatched) this.#beginWaiting(userId, watched, waitMs)
      return
    }
    const { byRoom } = waiting
    const known = byRoom.get(watched.roomId)
    if (known === undefined) {
      if (byRoom.size < mostRooms) byRoom.set(watched.roomId, { oldest: watched, newest: watched })
    } else if (known.newest.sentAt < watched.sentAt) known.newest = watched
  }

  #beginWaiting(userId: UserId, watched: Watched, waitMs: number): void {
    const byRoom = new Map([[watched.roomId, { oldest: watched, newest: watched }]])
    const cancel = this.#deps.clock.after(waitMs, () => {
      this.#waiting.delete(userId)
      void this.#lookAtAll([...byRoom.values()].flatMap(({ newest, oldest }) => [newest, oldest]))
    })
    this.#waiting.set(userId, { byRoom, cancel })
  }

  /** One after another: the first of which devices are told settles the others. */
  async #lookAtAll(all: readonly Watched[]): Promise<void> {
    for (const watched of all) await this.#look(watched)
  }

  #drop(dropping: Promise<void>): void {
    dropping.catch((error: unknown) => this.#deps.log.error({ err: error }, 'a device could not be removed'))
  }
}
