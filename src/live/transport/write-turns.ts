/** What gathers writes, and hands them over when it is flushed. */
interface Gathering {
  flush(): void
}

/**
 * Lets all that is written to a socket within one turn of the event loop go out together. A system call for each frame was a
 * third of what a message costs. Source: docs/performance.md
 */
export class WriteTurns {
  #gathering: Gathering[] = []

  /** Flushes at the end of this turn. To be called once for each flush. */
  gather(writes: Gathering): void {
    if (this.#gathering.length === 0) setImmediate(() => this.#flush())
    this.#gathering.push(writes)
  }

  #flush(): void {
    const gathering = this.#gathering
    this.#gathering = []
    for (const writes of gathering) writes.flush()
  }
}
