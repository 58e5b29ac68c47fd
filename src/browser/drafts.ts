/** A message on its way: what it says, the nonce that it is sent by, and when it was written (ms since the epoch). */
export interface Pending {
  readonly nonce: string
  readonly text: string
  /** The picture that goes with it, uploaded already; '' for none. */
  readonly imageId: string
  readonly at: number
}

/** What was written and not yet sent, kept by person for as long as the tab lives; the browser may write it to disk. */
export class Drafts {
  readonly #draftKey: string
  readonly #outboxKey: string

  /** @param people the two people; a draft survives the room that it was written in */
  constructor(people: string) {
    this.#draftKey = `draft ${people}`
    this.#outboxKey = `outbox ${people}`
  }

  read(): string {
    return sessionStorage.getItem(this.#draftKey) ?? ''
  }

  write(text: string): void {
    if (text) sessionStorage.setItem(this.#draftKey, text)
    else sessionStorage.removeItem(this.#draftKey)
  }

  /** Keeps the bubbles of a room, so that a reload loses none of them. */
  keep(room: string, pending: readonly Pending[]): void {
    if (pending.length > 0) sessionStorage.setItem(this.#outboxKey, JSON.stringify({ room, pending }))
    else sessionStorage.removeItem(this.#outboxKey)
  }

  /** The bubbles kept for a room. Those of a room that is gone are not sent by themselves: they join the draft. */
  takeBack(room: string): Pending[] {
    const kept: { room: string; pending: Pending[] } = JSON.parse(
      sessionStorage.getItem(this.#outboxKey) ?? '{"pending":[]}',
    )
    if (kept.room === room) return kept.pending
    this.giveUp(kept.pending)
    return []
  }

  /** What was not sent joins the draft. */
  giveUp(pending: readonly Pick<Pending, 'text'>[]): void {
    this.write([...pending.map(({ text }) => text), this.read()].filter(Boolean).join('\n'))
    sessionStorage.removeItem(this.#outboxKey)
  }
}
