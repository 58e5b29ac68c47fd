import { type CursorKind, type Cursors, type Draft, type Message, type Presence, statusOf } from '#src/chat/engine.js'
import { Frontier } from './frontier.js'
import type { Entry } from './message-list.js'
import { type Attendance, type Person, presenceOf } from './person.js'

/** One person's side of a room: how far they have got, what they have not seen, and when they were last active in it. */
export class Seat {
  cursors: Cursors = { delivered: 0, seen: 0 }
  /** The cursors as the other sees them: behind the others while this person tells nobody. */
  shown: Cursors = this.cursors
  /** Whether this person has opened the room: from then on the other may see whether they are here. */
  hasEntered = false
  /** Whether this person knows of the room: they have entered it, or the other has written to them. */
  isShown = false
  /** Whether it is in this person's list of chats, which counts its unread messages then. */
  isListed = false
  /** The attendance that the other goes on seeing of this person, who has blocked them; null when they have not. */
  sight: Attendance | null = null
  /** When this person last opened the room, read or sent, in ms of `Clock.now()`; 0 for never. */
  activeAt = 0
  /** Living messages of the other that are kept from this person. */
  held = 0
  /** The living messages that this person may see, and what they count for, in bytes. */
  messages = 0
  bytes = 0
  /** What the living messages that this person sent count for, in bytes. */
  bytesSent = 0
  #unread = 0
  /** The living messages this person sent, by nonce. */
  readonly #sent = new Map<Draft['nonce'], Entry>()
  readonly #delivered = new Frontier()
  readonly #seen = new Frontier()

  constructor(readonly person: Person) {}

  /** Living messages of the other beyond the seen cursor. */
  get unread(): number {
    return this.#unread
  }

  /** Whether this person hears of what happens in the room. */
  get hears(): boolean {
    return this.isShown && this.sight === null
  }

  /** Whether this person is here, and since when not, as the other may see it. */
  get presence(): Presence {
    return presenceOf(this.person.id, this.sight ?? this.person)
  }

  /**
   * When this person will have been away for the grace period, as the other is shown them, in ms of `Clock.now()`: Infinity
   * while they are here.
   */
  awayAt(graceMs: number): number {
    const { isOnline, lastHeldAt } = this.sight ?? this.person
    return isOnline ? Number.POSITIVE_INFINITY : Math.max(this.activeAt, lastHeldAt) + graceMs
  }

  /** The living message this person sent under a nonce. */
  findSent(nonce: string): Entry | undefined {
    return this.#sent.get(nonce)
  }

  /** The first living message of the other's that this person has not seen. */
  get firstUnread(): Entry | null {
    let entry = this.#seen.first
    while (entry !== null && !this.#isTheirs(entry)) entry = entry.next
    return entry
  }

  /** Whether this person may see a message. */
  sees(entry: Entry): boolean {
    return !entry.message.isHeld || this.#isMine(entry)
  }

  /** Takes note of a new message in the room. */
  add(entry: Entry): void {
    this.#delivered.add(entry)
    this.#seen.add(entry)
    if (this.#isMine(entry)) this.#sent.set(entry.message.nonce, entry)
    else if (!entry.message.isHeld) this.#countUnread(1)
    this.#count(entry, 1)
  }

  /** Takes note that a message is gone. */
  remove(entry: Entry): void {
    this.#delivered.remove(entry)
    this.#seen.remove(entry)
    if (this.#isMine(entry)) this.#sent.delete(entry.message.nonce)
    else if (!entry.message.isHeld && entry.message.seq > this.cursors.seen) this.#countUnread(-1)
    this.#count(entry, -1)
  }

  /** Takes note that the room is gone, and all that was in it. */
  leave(): void {
    this.person.bytesSent -= this.bytesSent
  }

  /**
   * Moves a cursor up to a living message; false when it does not move. Only what is shown moves what the other sees, and
   * then the answer is which of the other's messages have another status by it.
   */
  advance(kind: CursorKind, entry: Entry, isShown: boolean): readonly Message[] | false {
    const { seq } = entry.message
    if (!this.#isTheirs(entry) || seq <= this.cursors[kind]) return false
    const before = this.shown
    const lagged = before !== this.cursors
    const passed = this.#pass(kind, seq)
    if (!isShown) return []
    this.shown = this.cursors
    if (!lagged) return passed
    const unseen = this.#ofOtherAfter(before.seen, entry)
    return unseen.filter(message => statusOf(message, before) !== statusOf(message, this.shown))
  }

  #pass(kind: CursorKind, seq: number): readonly Message[] {
    const delivered = Math.max(this.cursors.delivered, seq)
    this.cursors = { delivered, seen: kind === 'seen' ? seq : this.cursors.seen }
    const reached = this.#delivered.pass(delivered)
    if (kind === 'delivered') return this.#ofOther(reached)
    const passed = this.#seen.pass(seq)
    this.#countUnread(-passed.filter(entry => this.#isTheirs(entry)).length)
    return this.#ofOther(passed)
  }

  #countUnread(change: number): void {
    this.#unread += change
    if (this.isListed) this.person.chats.unread += change
  }

  #count(entry: Entry, times: 1 | -1): void {
    if (!this.sees(entry)) this.held += times
    else {
      this.messages += times
      this.bytes += times * entry.bytes
    }
    if (!this.#isMine(entry)) return
    this.bytesSent += times * entry.bytes
    this.person.bytesSent += times * entry.bytes
  }

  /** The other's living messages up to one of them, after a `seq`. */
  #ofOtherAfter(seq: number, last: Entry): readonly Message[] {
    const entries: Entry[] = []
    for (let entry: Entry | null = last; entry && entry.message.seq > seq; entry = entry.previous) entries.push(entry)
    return this.#ofOther(entries.reverse())
  }

  /** What the other has sent, with what is held: to its sender a receipt covers all before it, as without a block. */
  #ofOther(entries: readonly Entry[]): readonly Message[] {
    return entries.filter(entry => !this.#isMine(entry)).map(entry => entry.message)
  }

  #isTheirs(entry: Entry): boolean {
    return !this.#isMine(entry) && !entry.message.isHeld
  }

  #isMine(entry: Entry): boolean {
    return entry.message.senderId === this.person.id
  }
}
