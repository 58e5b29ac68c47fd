/** The fragments that go out to a page in one write: those of one tick of the event loop. */
export class FragmentBatch {
  #parts: string[] = []
  #isCatchUp = false

  /** @param isCatchUp whether the fragment brings a list of messages up to date, and may be long */
  add(html: string, isCatchUp = false): void {
    this.#parts.push(html)
    this.#isCatchUp ||= isCatchUp
  }

  /** Takes what is there; null if that is nothing. */
  take(): { readonly html: string; readonly isCatchUp: boolean } | null {
    if (this.#parts.length === 0) return null
    const taken = { html: this.#parts.join(''), isCatchUp: this.#isCatchUp }
    this.clear()
    return taken
  }

  clear(): void {
    this.#parts = []
    this.#isCatchUp = false
  }
}
