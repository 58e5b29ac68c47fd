import type { Duplex } from 'node:stream'

/** What is written to a stream is held back by `cork`, and goes out by `uncork` in one system call. */
export type Corkable = Pick<Duplex, 'cork' | 'uncork'>

/**
 * Lets all that is written to a stream within one turn of the event loop go out together. A system call for each frame was a
 * third of what a message costs. Source: docs/performance.md
 */
export class WriteTurns {
  readonly #corked = new Set<Corkable>()

  /** Holds back what is written to a stream until the end of this turn. */
  gather(stream: Corkable): void {
    if (this.#corked.has(stream)) return
    if (this.#corked.size === 0) setImmediate(() => this.#release())
    this.#corked.add(stream)
    stream.cork()
  }

  #release(): void {
    for (const stream of this.#corked) stream.uncork()
    this.#corked.clear()
  }
}
