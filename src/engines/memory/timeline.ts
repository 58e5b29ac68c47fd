import { mostEvents, type TimelineEvent, type UserId } from '#src/chat/engine.js'

/** An event of a room, and those of its people who may know of it. */
export interface TimelineEntry {
  readonly event: TimelineEvent
  readonly knownTo: readonly UserId[]
}

/** What happened in a room beside its messages: a bounded number of events, each until its time is over. */
export class Timeline {
  #entries: TimelineEntry[] = []

  /** When the next event is over, in ms of `Clock.now()`; Infinity when there is none. */
  get nextExpiry(): number {
    return this.#entries.reduce((least, { event }) => Math.min(least, event.expiresAt), Number.POSITIVE_INFINITY)
  }

  /** Adds an event, in the place of the one with the same id; beyond `mostEvents` the oldest is forgotten. */
  add(entry: TimelineEntry): void {
    this.#entries = [...this.#entries.filter(({ event }) => event.id !== entry.event.id), entry].slice(-mostEvents)
  }

  /** Forgets what is over. */
  expire(now: number): void {
    this.#entries = this.#entries.filter(({ event }) => event.expiresAt > now)
  }

  /** The events that someone may know of, in their order. */
  knownTo(userId: UserId): readonly TimelineEvent[] {
    return this.#entries.filter(({ knownTo }) => knownTo.includes(userId)).map(({ event }) => event)
  }
}
