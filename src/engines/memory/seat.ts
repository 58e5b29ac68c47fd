import { type CursorKind, type Cursors, type Draft, type Message, statusOf } from '#src/chat/engine.js'
import { Frontier } from './frontier.js'
import type { Entry } from './message-list.js'
import type { Person } from './person.js'

/** One person's side of a room: how far they have got, what they have not seen, and when they were last active in it. */
export class Seat {
  cursors: Cursors = { delivered: 0, seen: 0 }
  /** The cursors as the other sees them: behind the others while this person tells nobody. */
  shown: Cursors = this.cursors
  /** Living messages of the other beyond the seen cursor. */
  unread = 0
  /** Living messages of the other that are kept from this person. */
  held = 0
  /** The living messages this person sent, by nonce. */
  readonly #sent = new Map<Draft['nonce'], Entry>()
  readonly #delivered = new Frontier()
  readonly #seen = new Frontier()

  /** @param activeAt when the person last opened, read or sent, in ms of `Clock.now()`; 0 for never */
  constructor(
    readonly person: Person,
    public activeAt: number,
  ) {}

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
    else if (entry.message.isHeld) this.held += 1
    else this.unread += 1
  }

  /** Takes note that a message is gone. */
  remove(entry: Entry): void {
    this.#delivered.remove(entry)
    this.#seen.remove(entry)
    if (this.#isMine(entry)) this.#sent.delete(entry.message.nonce)
    else if (entry.message.isHeld) this.held -= 1
    else if (entry.message.seq > this.cursors.seen) this.unread -= 1
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
    const unseen = this.#theirsAfter(before.seen, entry)
    return unseen.filter(message => statusOf(message, before) !== statusOf(message, this.shown))
  }

  #pass(kind: CursorKind, seq: number): readonly Message[] {
    const delivered = Math.max(this.cursors.delivered, seq)
    this.cursors = { delivered, seen: kind === 'seen' ? seq : this.cursors.seen }
    const reached = this.#delivered.pass(delivered)
    if (kind === 'delivered') return this.#theirs(reached)
    const messages = this.#theirs(this.#seen.pass(seq))
    this.unread -= messages.length
    return messages
  }

  /** The other's living messages up to one of them, after a `seq`. */
  #theirsAfter(seq: number, last: Entry): readonly Message[] {
    const entries: Entry[] = []
    for (let entry: Entry | null = last; entry && entry.message.seq > seq; entry = entry.previous) entries.push(entry)
    return this.#theirs(entries.reverse())
  }

  #theirs(entries: readonly Entry[]): readonly Message[] {
    return entries.filter(entry => this.#isTheirs(entry)).map(entry => entry.message)
  }

  #isTheirs(entry: Entry): boolean {
    return !this.#isMine(entry) && !entry.message.isHeld
  }

  #isMine(entry: Entry): boolean {
    return entry.message.senderId === this.person.id
  }
}
