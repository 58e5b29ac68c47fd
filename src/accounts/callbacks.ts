/** Functions that are called with a value each time something happens. */
export class Callbacks<T> {
  readonly #callbacks = new Set<(value: T) => void>()

  /** Adds a callback; the returned function removes it. */
  add(callback: (value: T) => void): () => void {
    // A function of its own each time, so that removing one of two equal callbacks leaves the other.
    const own = (value: T) => callback(value)
    this.#callbacks.add(own)
    return () => this.#callbacks.delete(own)
  }

  /**
   * Calls all of them, also when some of them fail.
   * @throws AggregateError of what failed, once all have been called
   */
  call(value: T): void {
    const errors: unknown[] = []
    for (const callback of this.#callbacks) {
      try {
        callback(value)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'A callback failed')
  }
}
