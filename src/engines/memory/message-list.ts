import type { Message, MessageId } from '#src/chat/engine.js'
import { keptLonger, restOf, seenAt, waitingNoMore, warnsAt } from '#src/chat/lifetimes.js'
import { Heap, type HeapEntry } from './heap.js'

/** A living message among its neighbours. `bytes` is what it counts for at the cap. */
export interface Entry extends HeapEntry {
  /** Without its quote, which `messageFor` works out. */
  message: Message
  /** The id of the message that it answers, which may be gone. Never the message itself: that would keep its text. */
  readonly answers: MessageId | null
  /** Whether it was sent to someone who had blocked the sender. */
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
  /** The messages that the warning is of which stands, and that may be kept. */
  readonly #warned = new Set<Entry>()
  /** The messages whose life begins when they are seen. */
  readonly #waiting = new Set<Entry>()
  readonly #keepLonger: boolean
  #kept = 0
  #restsUntil = 0
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

  /** The messages that the warning is of which stands, in the order in which they expire. */
  get warned(): Iterable<Entry> {
    return this.#warned
  }

  /** A living message by its id. */
  get(id: MessageId): Entry | undefined {
    return this.#byId.get(id)
  }

  /** Adds a message newer than all before; `bytes` is what it counts for at the cap, `answers` the message it replies to. */
  append(message: Message, bytes: number, isHeld: boolean, answers: MessageId | null = null): Entry {
    const { expiresAt } = message
    const ends = { previous: this.#last, next: null, dueAt: expiresAt, place: -1 }
    const entry = { message, answers, isHeld, bytes, warning: null, ...ends }
    if (this.#last === null) this.#first = entry
    else this.#last.next = entry
    this.#last = entry
    this.#byId.set(message.id, entry)
    this.#byExpiry.add(entry, expiresAt)
    this.#awaitWarning(entry)
    if (!message.hasBegun) this.#waiting.add(entry)
    return entry
  }

  /**
   * The messages to begin a warning with, in the order of `seq`: those whose end is to be warned of by `now` and was not yet.
   * None while another warning stands or rests, which speaks for what becomes due meanwhile.
   */
  warn(now: number): readonly Entry[] {
    const due: Entry[] = []
    for (let first = this.#byWarning.first; first && first.dueAt <= now; first = this.#byWarning.first) {
      this.#byWarning.remove(first)
      first.entry.warning = null
      due.push(first.entry)
    }
    if (this.#warned.size > 0 || now < this.#restsUntil) return []
    for (const entry of due) this.#warned.add(entry)
    return bySeq(due)
  }

  /**
   * Keeps the messages that the warning is of which stands, and all that would go within the shortest life of these, each for
   * as long again. Returns them in the order of `seq`.
   */
  keepWarned(now: number): readonly Entry[] {
    let until = Number.POSITIVE_INFINITY
    for (const { message } of this.#warned) until = Math.min(until, now + message.lifetimeMs)
    const isNear = (entry: Entry) => this.#warned.has(entry) || entry.message.expiresAt <= until
    const kept =
      this.#warned.size === 0 ? [] : [...this].filter(entry => isNear(entry) && warnsAt(entry.message) !== null)
    this.#warned.clear()
    for (const entry of kept) {
      if (entry.message.keptTimes === 0) this.#kept += 1
      this.#change(entry, keptLonger(entry.message))
    }
    return kept
  }

  /** Begins the life of each waiting message that was seen. Returns them in the order of `seq`. */
  begin(isSeen: (entry: Entry) => boolean, now: number): readonly Entry[] {
    const begun = bySeq([...this.#waiting].filter(isSeen))
    for (const entry of begun) this.#change(entry, seenAt(entry.message, now))
    return begun
  }

  /** Begins the life of each message that waits to be seen. Returns them in the order of `seq`. */
  stopWaiting(now: number): readonly Entry[] {
    const stopped = bySeq([...this.#waiting])
    for (const entry of stopped) this.#change(entry, waitingNoMore(entry.message, now))
    return stopped
  }

  /** Takes out one message whose time has come by `now`, or answers undefined when there is none left. */
  takeDue(now: number): Entry | undefined {
    const entry = this.#byExpiry.first
    if (entry === undefined || entry.dueAt > now) return undefined
    const wasWarned = this.#warned.has(entry)
    this.remove(entry)
    if (wasWarned && this.#warned.size === 0) this.#restsUntil = now + restOf(entry.message.lifetimeMs)
    return entry
  }

  /** Takes out a message that is in. */
  remove(entry: Entry): void {
    this.#byExpiry.remove(entry)
    if (entry.message.keptTimes > 0) this.#kept -= 1
    if (entry.warning) this.#byWarning.remove(entry.warning)
    this.#warned.delete(entry)
    this.#waiting.delete(entry)
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

  /** A message has another life from now on. */
  #change(entry: Entry, message: Message): void {
    entry.message = message
    this.#waiting.delete(entry)
    this.#byExpiry.add(entry, message.expiresAt)
    if (entry.warning) this.#byWarning.remove(entry.warning)
    entry.warning = null
    this.#awaitWarning(entry)
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
