import { type Pending, picturesOf } from './outbox-entry.js'

/** The name under which the id of the message is kept that is being answered (see `Drafts`). */
export const replyName = (people: string): string => `reply ${people}`

/** What was written and not yet sent, kept by person for as long as the tab lives. */
export class Drafts {
  readonly #draftKey: string
  readonly #outboxKey: string
  readonly #replyName: string
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

  /**
   * @param people the ids of the two people: a draft outlives the room that it was written in
   * @param storage the tab's own, which a reload leaves as it is; it must not write texts as they are
   */
  constructor(people: string, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#draftKey = `draft ${people}`
    this.#outboxKey = `outbox ${people}`
    this.#replyName = replyName(people)
    this.#storage = storage
  }

  read(): string {
    return this.#storage.getItem(this.#draftKey) ?? ''
  }

  write(text: string): void {
    this.#put(this.#draftKey, text)
  }

  /** What was written is sent. */
  empty(): void {
    this.write('')
    this.#storage.removeItem(this.#replyName)
  }

  /** Keeps the outbox of a room, so that a reload loses none of it. */
  keep(room: string, pending: readonly Pending[]): void {
    this.#put(this.#outboxKey, pending.length > 0 ? JSON.stringify({ room, pending }) : '')
  }

  /**
   * The outbox kept for a room. What was kept for a room that is gone is not sent by itself: its text joins the draft, and
   * of its pictures the descriptions are given back.
   */
  takeBack(room: string): Pending[] {
    const kept: { room: string; pending: Pending[] } = JSON.parse(
      this.#storage.getItem(this.#outboxKey) ?? '{"pending":[]}',
    )
    if (kept.room === room) return kept.pending
    const pictures = picturesOf(kept.pending)
    this.giveUp(kept.pending)
    this.keep(room, pictures)
    return pictures
  }

  /** Messages that are not sent any more join the draft, before what stands there. */
  giveUp(pending: readonly Pick<Pending, 'text'>[]): void {
    this.write([...pending.map(({ text }) => text), this.read()].filter(Boolean).join('\n'))
  }

  #put(key: string, value: string): void {
    if (value) this.#storage.setItem(key, value)
    else this.#storage.removeItem(key)
  }
}
