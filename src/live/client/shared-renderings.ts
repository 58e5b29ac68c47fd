/**
 * Renderings of one publication, shared by all connections so that each is made once. Only what handles the publication holds
 * them: they are gone once all pages have taken it, or have ended, and outlive no message.
 */
export class SharedRenderings {
  /** The first one stands by itself: most publications have no other, and a table for each costs more than to render a tick. */
  #kind = ''
  #id = ''
  #text: string | null = null
  #others: Map<string, string> | null = null

  /**
   * What was rendered, or is now.
   * @param kind as what it is rendered, and for whom
   * @param id of what is rendered
   */
  get(kind: string, id: string, render: () => string): string {
    if (this.#text === null) {
      this.#kind = kind
      this.#id = id
      this.#text = render()
      return this.#text
    }
    if (this.#id === id && this.#kind === kind) return this.#text
    this.#others ??= new Map()
    const key = `${id} ${kind}`
    let text = this.#others.get(key)
    if (text === undefined) {
      text = render()
      this.#others.set(key, text)
    }
    return text
  }
}
