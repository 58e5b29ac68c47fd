import type { Message, MessageId, RoomId, SeqRange, UserId } from '#src/chat/engine.js'
import { keptLonger, restOf, seenAt, type Timed, waitingNoMore, warnsAt } from '#src/chat/lifetimes.js'
import type { Place } from './block-row.js'
import { type Entry, MessageStore, type NewMessage } from './message-store.js'
import type { Slabs } from './slabs.js'

const never = Number.POSITIVE_INFINITY

/**
 * The living messages of one room, and their lives: when each is warned of, kept, begun and over.
 *
 * `#kept` and `#waiting` count the living messages that were kept, and whose life begins when they are seen; `#warned` holds
 * living messages alone.
 */
export class MessageList extends MessageStore {
  /** The messages that the warning is of which stands, and that may be kept, by `seq`. */
  readonly #warned = new Set<number>()
  readonly #keepLonger: boolean
  #kept = 0
  #waiting = 0
  #restsUntil = 0

  /**
   * @param keepLonger whether messages may be kept beyond their time
   * @param slabs where the memory of all rooms comes from
   */
  constructor(roomId: RoomId, people: readonly [UserId, UserId], keepLonger: boolean, slabs?: Slabs) {
    super(roomId, people, slabs)
    this.#keepLonger = keepLonger
  }

  /** How many living messages were kept for as long again. */
  get kept(): number {
    return this.#kept
  }

  /** When the next message expires, in ms of `Clock.now()`; Infinity when there is none. */
  get nextExpiry(): number {
    return this.row.nextExpiry
  }

  /** When the next warning is due, in ms of `Clock.now()`; Infinity when there is none. */
  get nextWarning(): number {
    return this.row.nextWarning
  }

  /** The messages that the warning is of which stands, in the order in which they expire. */
  get warned(): readonly Entry[] {
    return [...this.#warned].flatMap(seq => this.read(seq) ?? [])
  }

  /** Adds a message newer than all before, and gives it its id. `answers`: the message that it replies to. */
  append(message: NewMessage, isHeld: boolean, answers: MessageId | null = null): Entry {
    if (message.keptTimes > 0) this.#kept += 1
    if (!message.hasBegun) this.#waiting += 1
    return this.store(message, this.#warnsAt(message), isHeld, answers)
  }

  /**
   * The messages to begin a warning with, in the order of `seq`: those whose end is to be warned of by `now` and was not yet.
   * None while another warning stands or rests, which speaks for what becomes due meanwhile.
   */
  warn(now: number): readonly Entry[] {
    const due: Entry[] = []
    for (let place = this.row.findWarning(now); place !== undefined; place = this.row.findWarning(now)) {
      const entry = this.readAt(place)
      this.row.setLife(place, { ...entry.message, warnsAt: never })
      due.push(entry)
    }
    if (this.#warned.size > 0 || now < this.#restsUntil) return []
    for (const { message } of due) this.#warned.add(message.seq)
    return due.sort((a, b) => a.message.seq - b.message.seq)
  }

  /**
   * Keeps the messages that the warning is of which stands, and all that would go within the shortest life of these, each for
   * as long again. Returns them in the order of `seq`.
   */
  keepWarned(now: number): readonly Entry[] {
    if (this.#warned.size === 0) return []
    const until = this.warned.reduce((least, { message }) => Math.min(least, now + message.lifetimeMs), never)
    const isNear = ({ message: { seq, expiresAt } }: Entry) => this.#warned.has(seq) || expiresAt <= until
    const kept = [...this].filter(entry => isNear(entry) && warnsAt(entry.message) !== null)
    this.#warned.clear()
    this.#kept += kept.filter(({ message }) => message.keptTimes === 0).length
    return this.#changeAll(kept, keptLonger)
  }

  /** Begins the life of each message in a range that waits for `readerId` to see it. Returns them in the order of `seq`. */
  begin(readerId: UserId, { from, to }: SeqRange, now: number): readonly Entry[] {
    if (this.#waiting === 0) return []
    const isSeen = ({ message }: Entry) => message.senderId !== readerId
    return this.#begin(this.#waitingBetween(from, to).filter(isSeen), message => seenAt(message, now))
  }

  /** Begins the life of each message that waits to be seen. Returns them in the order of `seq`. */
  stopWaiting(now: number): readonly Entry[] {
    return this.#begin(this.#waitingBetween(0, never), message => waitingNoMore(message, now))
  }

  /** Takes out one message whose time has come by `now`, or answers undefined when there is none left. */
  takeDue(now: number): Entry | undefined {
    const place = this.row.findDue(now)
    if (place === undefined) return undefined
    const wasWarning = this.#warned.size > 0
    const entry = this.#take(place)
    if (wasWarning && this.#warned.size === 0) this.#restsUntil = now + restOf(entry.message.lifetimeMs)
    return entry
  }

  /** Takes out a message, and answers what it was; undefined when there is none. */
  remove(seq: number): Entry | undefined {
    const place = this.row.find(seq)
    return place && this.#take(place)
  }

  #take(place: Place): Entry {
    const entry = this.forget(place)
    if (entry.message.keptTimes > 0) this.#kept -= 1
    if (!entry.message.hasBegun) this.#waiting -= 1
    this.#warned.delete(entry.message.seq)
    return entry
  }

  #waitingBetween(from: number, to: number): Entry[] {
    return this.#waiting === 0 ? [] : [...this.between(from, to)].filter(({ message }) => !message.hasBegun)
  }

  #begin(entries: readonly Entry[], begun: (message: Message) => Message): readonly Entry[] {
    this.#waiting -= entries.length
    return this.#changeAll(entries, begun)
  }

  /** Messages have other lives from now on. Answers them as they are now. */
  #changeAll(entries: readonly Entry[], changed: (message: Message) => Message): readonly Entry[] {
    return entries.flatMap(({ message }) => {
      const life = changed(message)
      return this.change(message.seq, { ...life, warnsAt: this.#warnsAt(life) }) ?? []
    })
  }

  #warnsAt(message: Timed): number {
    return (this.#keepLonger ? warnsAt(message) : null) ?? never
  }
}
