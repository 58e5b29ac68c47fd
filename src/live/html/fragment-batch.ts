/** The fragments that go out to a page in one write: those of one tick of the event loop. */
export class FragmentBatch {
  #html = ''
  #isCatchUp = false

  /** @param isCatchUp whether the fragment brings a list of messages up to date, and may be long */
  add(html: string, isCatchUp = false): void {
    this.#html += html
    this.#isCatchUp ||= isCatchUp
  }

  /** Takes what is there; null if that is nothing. */
  take(): { readonly html: string; readonly isCatchUp: boolean } | null {
    if (this.#html === '') return null
    const taken = { html: this.#html, isCatchUp: this.#isCatchUp }
    this.clear()
    return taken
  }

  clear(): void {
    this.#html = ''
    this.#isCatchUp = false
  }
}
