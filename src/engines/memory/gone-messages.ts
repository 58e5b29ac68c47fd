import { hash } from 'node:crypto'
import type { Message } from '#src/chat/engine.js'
import { createDuty, type DueQueue, type Duty } from './due-queue.js'
import { Heap } from './heap.js'
import type { GoneMessage, Member, Room } from './model.js'

/** How many nonces of messages that are gone are remembered: of a person, and in all. Each takes some 300 bytes. */
const mostOfPerson = 10_000
const mostInAll = 200_000

/**
 * Messages that are gone, by their nonces: someone whose connection was lost may send one again that has lived and gone
 * meanwhile. Bounded, so that sending on and on does not fill the memory: beyond that the oldest are forgotten.
 */
export class GoneMessages {
  #byDue = new Heap<GoneMessage>()
  #count = 0
  readonly #duty: Duty

  /** @param rememberedMs how long after it was sent a nonce is remembered at least */
  constructor(
    private readonly due: DueQueue,
    private readonly rememberedMs: number,
  ) {
    this.#duty = createDuty(now => this.#forgetDue(now))
  }

  /** What is left of the message that someone sent with a nonce, if it is gone and remembered. */
  find({ gone }: Member, nonce: string): Message | undefined {
    const entry = gone.size > 0 ? gone.get(digestOf(nonce)) : undefined
    return entry && { ...entry.message, nonce }
  }

  /** Remembers the nonce of a message that is gone. */
  add(sender: Member, gone: Message, now: number): void {
    const dueAt = gone.sentAt + this.rememberedMs
    if (dueAt <= now) return
    if (sender.person.goneMessages >= mostOfPerson) this.#forgetOldestOf(sender)
    if (this.#count >= mostInAll && this.#byDue.first) this.#forget(this.#byDue.first)
    if (sender.person.goneMessages >= mostOfPerson) return
    const key = digestOf(gone.nonce)
    const message = { ...gone, nonce: '', text: '', image: null }
    const entry = { key, message, sender, dueAt, place: -1 }
    sender.gone.set(key, entry)
    sender.person.goneMessages += 1
    this.#count += 1
    this.#byDue.add(entry, dueAt)
    this.due.by(this.#duty, dueAt)
  }

  /** Forgets all of a room. */
  forgetRoom({ members }: Room): void {
    for (const { gone } of members) for (const entry of [...gone.values()]) this.#forget(entry)
  }

  /** Forgets everything. */
  clear(): void {
    this.#byDue = new Heap()
    this.#count = 0
  }

  #forgetDue(now: number): void {
    for (let first = this.#byDue.first; first !== undefined && first.dueAt <= now; first = this.#byDue.first) {
      this.#forget(first)
    }
    if (this.#byDue.first !== undefined) this.due.by(this.#duty, this.#byDue.first.dueAt)
  }

  #forgetOldestOf({ gone }: Member): void {
    const [oldest] = gone.values()
    if (oldest !== undefined) this.#forget(oldest)
  }

  #forget(entry: GoneMessage): void {
    const { sender, key } = entry
    this.#byDue.remove(entry)
    sender.gone.delete(key)
    sender.person.goneMessages -= 1
    this.#count -= 1
  }
}

/** What the nonce is known by: a program may have put something into it that is to be gone with its message. */
function digestOf(nonce: string): string {
  return hash('sha256', nonce, 'base64url')
}
