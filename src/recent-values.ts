/** A cache of a fixed size: values are made when first asked for, and those used most recently are kept. */
export class RecentValues<V> {
  readonly #limit: number
  /** The least recently used first. */
  readonly #byKey = new Map<string, V>()
  /** The value that was asked for last, which is often asked for again, and its key. */
  #last: { readonly key: string; readonly value: V } | null = null

  /** @param limit how many values are kept */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The value of a key. `make` makes it if it is not cached. */
  get(key: string, make: () => V): V {
    if (this.#last?.key === key) return this.#last.value
    const value = this.#byKey.get(key) ?? make()
    this.#last = { key, value }
    this.#byKey.delete(key)
    this.#byKey.set(key, value)
    if (this.#byKey.size > this.#limit) this.#forgetOldest()
    return value
  }

  #forgetOldest(): void {
    for (const key of this.#byKey.keys()) {
      this.#byKey.delete(key)
      return
    }
  }
}
