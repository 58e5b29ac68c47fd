/** A cache of a fixed size: values are made when first asked for, and those used most recently are kept. */
export class RecentValues<V> {
  readonly #limit: number
  /** The least recently used first. */
  readonly #byKey = new Map<string, V>()

  /** @param limit how many values are kept */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The value of a key. `make` makes it if it is not cached. */
  get(key: string, make: () => V): V {
    const value = this.#byKey.get(key) ?? make()
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
