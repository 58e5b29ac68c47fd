/** How often each of some values occurs. */
export class Counts<T> {
  readonly #counts = new Map<T, number>()

  /** The values that occur, in no order. */
  get values(): Iterable<T> {
    return this.#counts.keys()
  }

  /** Whether a value occurs. */
  has(value: T): boolean {
    return this.#counts.has(value)
  }

  /** Counts a value once more. */
  add(value: T): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  /** Counts a value once less. */
  remove(value: T): void {
    const count = (this.#counts.get(value) ?? 0) - 1
    if (count > 0) this.#counts.set(value, count)
    else this.#counts.delete(value)
  }

  /** Independent counts that are the same. */
  clone(): Counts<T> {
    const copy = new Counts<T>()
    for (const [value, count] of this.#counts) copy.#counts.set(value, count)
    return copy
  }
}
