/** What gathers writes, and hands them over when it is flushed. It must not throw. */
export interface Gathering {
  flush(): void
}

/**
 * Lets all that is written to a page or a socket within one turn of the event loop go out together. A system call for each
 * frame was a third of what a message costs. Source: docs/performance.md
 */
export class WriteTurns {
  #gathering: Gathering[] = []
  readonly #flushAll = () => this.#flush()

  /**
   * Flushes at the end of this turn; what is gathered by a flush, such as the socket of a page, in the same turn after it. To be
   * called once for each flush.
   */
  gather(writes: Gathering): void {
    if (this.#gathering.length === 0) setImmediate(this.#flushAll)
    this.#gathering.push(writes)
  }

  #flush(): void {
    const gathering = this.#gathering
    let begun = 0
    try {
      // It grows while it is gone through.
      for (const writes of gathering) {
        begun += 1
        writes.flush()
      }
    } finally {
      this.#gathering = gathering.slice(begun)
      if (this.#gathering.length > 0) setImmediate(this.#flushAll)
    }
  }
}
