import type { Message, MessageId, UserId } from '#src/chat/engine.js'
import { Heap, type HeapEntry } from './heap.js'

/** A living message among its neighbours. `bytes` is what it counts for at the cap. */
export interface Entry extends HeapEntry {
  readonly message: Message
  readonly bytes: number
  previous: Entry | null
  next: Entry | null
}

/**
 * The living messages of one room, by `seq`. Linked rather than kept in a Map or an array, because finding the newest,
 * or the next after one that is gone, must cost the same whatever has died in between.
 */
export class MessageList {
  readonly #byId = new Map<MessageId, Entry>()
  readonly #byExpiry = new Heap<Entry>()
  #first: Entry | null = null
  #last: Entry | null = null

  /** How many messages live. */
  get size(): number {
    return this.#byId.size
  }

  /** The newest living message that a person may see. */
  lastFor(userId: UserId): Message | null {
    let entry = this.#last
    while (entry?.message.isHeld && entry.message.senderId !== userId) entry = entry.previous
    return entry?.message ?? null
  }

  /** When the next message expires, in ms since the epoch; Infinity when there is none. */
  get nextExpiry(): number {
    return this.#byExpiry.first?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** A living message by its id. */
  get(id: MessageId): Entry | undefined {
    return this.#byId.get(id)
  }

  /** Adds a message newer than all before; `bytes` is what it counts for at the cap. */
  append(message: Message, bytes: number): Entry {
    const entry: Entry = { message, bytes, previous: this.#last, next: null, dueAt: message.expiresAt, place: -1 }
    if (this.#last === null) this.#first = entry
    else this.#last.next = entry
    this.#last = entry
    this.#byId.set(message.id, entry)
    this.#byExpiry.add(entry, message.expiresAt)
    return entry
  }

  /** Takes out one message whose time has come by `now`, or answers undefined when there is none left. */
  takeDue(now: number): Entry | undefined {
    const entry = this.#byExpiry.first
    if (entry === undefined || entry.dueAt > now) return undefined
    this.remove(entry)
    return entry
  }

  /** Takes out a message that is in. */
  remove(entry: Entry): void {
    this.#byExpiry.remove(entry)
    this.#byId.delete(entry.message.id)
    if (entry.previous === null) this.#first = entry.next
    else entry.previous.next = entry.next
    if (entry.next === null) this.#last = entry.previous
    else entry.next.previous = entry.previous
  }

  /** All living messages, oldest first. */
  *[Symbol.iterator](): Generator<Entry> {
    for (let entry = this.#first; entry !== null; entry = entry.next) yield entry
  }
}
