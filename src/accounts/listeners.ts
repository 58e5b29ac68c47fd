/** Those who want to be told of something. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>()

  /** The answer ends it. */
  add(listener: (value: T) => void): () => void {
    // Its own function each time, so that ending one of two equal listeners leaves the other.
    const own = (value: T) => listener(value)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /**
   * Tells everyone, also when some of them fail.
   * @throws AggregateError of what failed, once all have been told
   */
  tell(value: T): void {
    const errors: unknown[] = []
    for (const listener of this.#listeners) {
      try {
        listener(value)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'A listener failed')
  }
}
