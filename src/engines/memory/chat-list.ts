import type { Side } from './room.js'

/**
 * A person's list of chats, the most recently active first. Linked, and its unread messages counted as they come and go:
 * raising a chat, reading a part of the list and the sum must cost the same however many chats there are.
 */
export class ChatList {
  /** Living messages that the person has not seen, in all chats of the list; seats keep it (see `Seat`). */
  unread = 0
  #size = 0
  #first: Side | null = null

  get size(): number {
    return this.#size
  }

  /** The chat that was active last. */
  get first(): Side | null {
    return this.#first
  }

  /** Puts a chat to the top, whether or not it was in the list. */
  raise(side: Side): void {
    if (side === this.#first) return
    if (side.mine.isListed) this.#unlink(side)
    else {
      side.mine.isListed = true
      this.unread += side.mine.unread
      this.#size += 1
    }
    side.next = this.#first
    if (this.#first !== null) this.#first.previous = side
    this.#first = side
  }

  /** Takes a chat out; nothing happens when it is not in. */
  remove(side: Side): void {
    if (!side.mine.isListed) return
    this.#unlink(side)
    side.mine.isListed = false
    this.unread -= side.mine.unread
    this.#size -= 1
  }

  /** The chats behind one of the list, or all from the first on. */
  *after(side: Side | null): Generator<Side> {
    for (let next = side === null ? this.#first : side.next; next !== null; next = next.next) yield next
  }

  #unlink(side: Side): void {
    if (side.previous === null) this.#first = side.next
    else side.previous.next = side.next
    if (side.next !== null) side.next.previous = side.previous
    side.previous = null
    side.next = null
  }
}
