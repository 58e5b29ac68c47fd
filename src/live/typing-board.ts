import type { Clock } from '../chat/clock.js'
import type { EngineEvent, RoomId, UserId } from '../chat/engine.js'

type TypingEvent = Extract<EngineEvent, { type: 'typing.changed' }>

/** How long "is typing" is shown after the last key. Source: docs/api.md, "Live events". */
const shownMs = 2000
/** A page reports typing at most every 300 ms, so one report may trail the message that it belonged to. */
const trailingMs = 400

const keyOf = (roomId: RoomId, userId: UserId) => `${roomId} ${userId}`

/** Who is shown as typing where. Nothing here outlives two seconds of silence. */
export class TypingBoard {
  readonly #clock: Clock
  readonly #onCleared: (event: TypingEvent) => void
  readonly #cancels = new Map<string, () => void>()
  readonly #justSent = new Map<string, () => void>()

  /** @param onCleared told that somebody's sign is to go, after two seconds without a report */
  constructor(clock: Clock, onCleared: (event: TypingEvent) => void) {
    this.#clock = clock
    this.#onCleared = onCleared
  }

  /** Takes a report; says whether what is shown changes by it. */
  report(event: TypingEvent): boolean {
    const key = keyOf(event.roomId, event.userId)
    const cancel = this.#cancels.get(key)
    cancel?.()
    if (!event.isTyping) return this.#cancels.delete(key)
    if (this.#justSent.has(key)) return false
    const clear = () => {
      this.#cancels.delete(key)
      this.#onCleared({ ...event, isTyping: false })
    }
    this.#cancels.set(key, this.#clock.after(shownMs, clear))
    return cancel === undefined
  }

  /** A message ends the typing of it, and a report that trails it is not taken. */
  messageSent(roomId: RoomId, userId: UserId): void {
    const key = keyOf(roomId, userId)
    this.#justSent.get(key)?.()
    this.#justSent.set(
      key,
      this.#clock.after(trailingMs, () => this.#justSent.delete(key)),
    )
  }

  isTyping(roomId: RoomId, userId: UserId): boolean {
    return this.#cancels.has(keyOf(roomId, userId))
  }

  stop(): void {
    for (const cancel of [...this.#cancels.values(), ...this.#justSent.values()]) cancel()
    this.#cancels.clear()
    this.#justSent.clear()
  }
}
