import type { Clock } from '../chat/clock.js'
import type { EngineEvent, RoomId, Told, UserId } from '../chat/engine.js'
import { typingShownMs } from './client/typing.js'

type TypingEvent = Extract<EngineEvent, { type: 'typing.changed' }>

/** A page reports typing at most every 300 ms, so a report may still arrive after the message that it belongs to. */
const trailingMs = 400

/** A sign that someone is typing, on the pages of the other, who was told so. */
interface Sign {
  readonly viewerId: UserId
  event: TypingEvent
  readonly cancelTimer: () => void
}

/** Who is shown as typing, and to whom: only those whom the engine told. Every sign ends by itself. */
export class TypingBoard {
  readonly #clock: Clock
  readonly #onEnded: (told: Told) => void
  /** The signs of a room, by who types: two at most. */
  readonly #signs = new Map<RoomId, Map<UserId, Sign>>()
  /** Until when reports of those who have just sent a message are ignored, in ms of `Clock.now()`: the earliest stands first. */
  readonly #justSent = new Map<string, number>()
  /** One timer for all: one a message cost more than the rest of this. */
  #cancelForgetting: (() => void) | null = null

  /** @param onEnded is given the event by which a sign goes from the pages that show it */
  constructor(clock: Clock, onEnded: (told: Told) => void) {
    this.#clock = clock
    this.#onEnded = onEnded
  }

  /** Takes what someone was told; says whether what is shown changes by it. */
  report(viewerId: UserId, event: TypingEvent): boolean {
    const { roomId, userId: typistId, isTyping } = event
    const wasShown = this.#take(roomId, typistId) !== null
    if (!isTyping) return wasShown
    if (this.#clock.now() < (this.#justSent.get(keyOf(roomId, typistId)) ?? 0)) return false
    const cancelTimer = this.#clock.after(typingShownMs, () => this.#end(roomId, typistId))
    const signs = this.#signs.get(roomId) ?? new Map<UserId, Sign>()
    this.#signs.set(roomId, signs.set(typistId, { viewerId, event, cancelTimer }))
    return !wasShown
  }

  /** A message ends the typing of its sender; reports that trail it are ignored. */
  messageSent(roomId: RoomId, senderId: UserId): void {
    this.#end(roomId, senderId)
    const key = keyOf(roomId, senderId)
    this.#justSent.delete(key)
    this.#justSent.set(key, this.#clock.now() + trailingMs)
    this.#cancelForgetting ??= this.#forgetLater()
  }

  /** Refreshes the facts of the room in a sign, so that the event that ends it is not stale. */
  noteFacts({ userId, event: { roomId, summary, totalUnread } }: Told): void {
    const signs = this.#signs.get(roomId)
    if (signs === undefined) return
    for (const sign of signs.values()) {
      if (sign.viewerId === userId) sign.event = { ...sign.event, summary, totalUnread }
    }
  }

  /** Forgets the signs of a room that is gone. */
  forget(roomId: RoomId): void {
    for (const { cancelTimer } of this.#signs.get(roomId)?.values() ?? []) cancelTimer()
    this.#signs.delete(roomId)
  }

  isTyping(roomId: RoomId, userId: UserId): boolean {
    return this.#signs.get(roomId)?.has(userId) ?? false
  }

  stop(): void {
    for (const roomId of [...this.#signs.keys()]) this.forget(roomId)
    this.#cancelForgetting?.()
    this.#cancelForgetting = null
    this.#justSent.clear()
  }

  #forgetLater(): () => void {
    return this.#clock.after(trailingMs, () => {
      const now = this.#clock.now()
      for (const [key, until] of this.#justSent) {
        if (until > now) break
        this.#justSent.delete(key)
      }
      this.#cancelForgetting = this.#justSent.size > 0 ? this.#forgetLater() : null
    })
  }

  #end(roomId: RoomId, typistId: UserId): void {
    const sign = this.#take(roomId, typistId)
    if (sign) this.#onEnded({ userId: sign.viewerId, event: { ...sign.event, isTyping: false } })
  }

  /** Removes a sign without publishing. */
  #take(roomId: RoomId, typistId: UserId): Sign | null {
    const signs = this.#signs.get(roomId)
    const sign = signs?.get(typistId)
    if (!signs || !sign) return null
    sign.cancelTimer()
    signs.delete(typistId)
    if (signs.size === 0) this.#signs.delete(roomId)
    return sign
  }
}

function keyOf(roomId: RoomId, typistId: UserId): string {
  return `${roomId} ${typistId}`
}
