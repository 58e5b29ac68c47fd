import type { CursorKind, Cursors, Draft, Message } from '#src/chat/engine.js'
import { Frontier } from './frontier.js'
import type { Entry } from './message-list.js'
import type { Person } from './person.js'

/** One person's side of a room: how far they have got, what they have not seen, and when they were last active in it. */
export class Seat {
  cursors: Cursors = { delivered: 0, seen: 0 }
  /** Living messages of the other beyond the seen cursor. */
  unread = 0
  /** The living messages this person sent, by nonce. */
  readonly #sent = new Map<Draft['nonce'], Entry>()
  readonly #delivered = new Frontier()
  readonly #seen = new Frontier()

  /** @param activeAt when the person last opened, read or sent, in ms since the epoch; 0 for never */
  constructor(
    readonly person: Person,
    public activeAt: number,
  ) {}

  /** The living message this person sent under a nonce. */
  findSent(nonce: string): Entry | undefined {
    return this.#sent.get(nonce)
  }

  /** Takes note of a new message in the room. */
  add(entry: Entry): void {
    this.#delivered.add(entry)
    this.#seen.add(entry)
    if (this.#isMine(entry)) this.#sent.set(entry.message.nonce, entry)
    else this.unread += 1
  }

  /** Takes note that a message is gone. */
  remove(entry: Entry): void {
    this.#delivered.remove(entry)
    this.#seen.remove(entry)
    if (this.#isMine(entry)) this.#sent.delete(entry.message.nonce)
    else if (entry.message.seq > this.cursors.seen) this.unread -= 1
  }

  /** Moves a cursor up to a living message, and returns the other's messages it passed; null when it does not move. */
  advance(kind: CursorKind, entry: Entry): readonly Message[] | null {
    const { seq } = entry.message
    if (this.#isMine(entry) || seq <= this.cursors[kind]) return null
    const delivered = Math.max(this.cursors.delivered, seq)
    this.cursors = { delivered, seen: kind === 'seen' ? seq : this.cursors.seen }
    const reached = this.#delivered.pass(delivered)
    if (kind === 'delivered') return this.#theirs(reached)
    const messages = this.#theirs(this.#seen.pass(seq))
    this.unread -= messages.length
    return messages
  }

  #theirs(entries: readonly Entry[]): readonly Message[] {
    return entries.filter(entry => !this.#isMine(entry)).map(entry => entry.message)
  }

  #isMine(entry: Entry): boolean {
    return entry.message.senderId === this.person.id
  }
}
