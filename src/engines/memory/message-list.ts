import type { Message, MessageId } from '#src/chat/engine.js'
import { keptLonger, warnsAt } from '#src/chat/lifetimes.js'
import { Heap, type HeapEntry } from './heap.js'

/** A living message among its neighbours. `bytes` is what it counts for at the cap. */
export interface Entry extends HeapEntry {
  message: Message
  /** Whether it was sent to somebody who had blocked the sender. */
  readonly isHeld: boolean
  readonly bytes: number
  /** Waits for the time to warn of its end; null for a message that is not warned of, or was already. */
  warning: Warning | null
  previous: Entry | null
  next: Entry | null
}

interface Warning extends HeapEntry {
  readonly entry: Entry
}

/**
 * The living messages of one room, by `seq`. A linked list rather than a Map or an array, because finding the newest message,
 * or the one after a message that is gone, must cost the same however many are gone in between.
 */
export class MessageList {
  readonly #byId = new Map<MessageId, Entry>()
  readonly #byExpiry = new Heap<Entry>()
  readonly #byWarning = new Heap<Warning>()
  /** The messages that were warned of, and may be kept. */
  readonly #warned = new Set<Entry>()
  readonly #keepLonger: boolean
  #kept = 0
  #first: Entry | null = null
  #last: Entry | null = null

  /** @param keepLonger whether messages may be kept beyond their time */
  constructor(keepLonger: boolean) {
    this.#keepLonger = keepLonger
  }

  /** How many messages live. */
  get size(): number {
    return this.#byId.size
  }

  /** How many of them were kept for as long again. */
  get kept(): number {
    return this.#kept
  }

  /** The newest living message. */
  get last(): Entry | null {
    return this.#last
  }

  /** When the next message expires, in ms of `Clock.now()`; Infinity when there is none. */
  get nextExpiry(): number {
    return this.#byExpiry.first?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** When the next warning is due, in ms of `Clock.now()`; Infinity when there is none. */
  get nextWarning(): number {
    return this.#byWarning.first?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** A living message by its id. */
  get(id: MessageId): Entry | undefined {
    return this.#byId.get(id)
  }

  /** Adds a message newer than all before; `bytes` is what it counts for at the cap. */
  append(message: Message, bytes: number, isHeld: boolean): Entry {
    const { expiresAt } = message
    const ends = { previous: this.#last, next: null, dueAt: expiresAt, place: -1 }
    const entry = { message, isHeld, bytes, warning: null, ...ends }
    if (this.#last === null) this.#first = entry
    else this.#last.next = entry
    this.#last = entry
    this.#byId.set(message.id, entry)
    this.#byExpiry.add(entry, expiresAt)
    this.#awaitWarning(entry)
    return entry
  }

  /** The messages whose end is to be warned of by `now` and was not yet, in the order of `seq`. */
  warn(now: number): readonly Entry[] {
    const warned: Entry[] = []
    for (let first = this.#byWarning.first; first && first.dueAt <= now; first = this.#byWarning.first) {
      this.#byWarning.remove(first)
      first.entry.warning = null
      this.#warned.add(first.entry)
      warned.push(first.entry)
    }
    return bySeq(warned)
  }

  /** Keeps the messages that were warned of for as long again. Returns them in the order of `seq`. */
  keepWarned(): readonly Entry[] {
    const kept = [...this.#warned]
    this.#warned.clear()
    for (const entry of kept) {
      if (entry.message.keptTimes === 0) this.#kept += 1
      entry.message = keptLonger(entry.message)
      this.#byExpiry.add(entry, entry.message.expiresAt)
      this.#awaitWarning(entry)
    }
    return bySeq(kept)
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
    if (entry.message.keptTimes > 0) this.#kept -= 1
    if (entry.warning) this.#byWarning.remove(entry.warning)
    this.#warned.delete(entry)
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

  #awaitWarning(entry: Entry): void {
    const at = this.#keepLonger ? warnsAt(entry.message) : null
    if (at === null) return
    entry.warning = { entry, dueAt: at, place: -1 }
    this.#byWarning.add(entry.warning, at)
  }
}

function bySeq(entries: Entry[]): readonly Entry[] {
  return entries.sort((a, b) => a.message.seq - b.message.seq)
}
