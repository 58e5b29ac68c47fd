import type { Entry } from './message-list.js'

/** Where a cursor stands among the living messages of a room: it knows the first message after the cursor. */
export class Frontier {
  #first: Entry | null = null

  /** The first living message after the cursor. */
  get first(): Entry | null {
    return this.#first
  }

  /** Takes note of a new message. */
  add(entry: Entry): void {
    this.#first ??= entry
  }

  /** Takes note that a message is gone. */
  remove(entry: Entry): void {
    if (this.#first === entry) this.#first = entry.next
  }

  /** Moves on past `seq` and returns the messages that it passed. No message is passed twice, so each costs one step. */
  pass(seq: number): Entry[] {
    const passed: Entry[] = []
    let next = this.#first
    for (; next !== null && next.message.seq <= seq; next = next.next) passed.push(next)
    this.#first = next
    return passed
  }
}
