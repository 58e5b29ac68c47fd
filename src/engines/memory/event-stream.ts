import type { EngineEvent } from '#src/chat/engine.js'

type Listener = (event: EngineEvent) => void

/** Tells events to whoever listens, at once and in order. */
export class EventStream {
  readonly #subscriptions = new Set<{ readonly listener: Listener }>()
  readonly #waiting: EngineEvent[] = []
  #isTelling = false

  /** @param onListenerError told what a listener threw; must not throw itself */
  constructor(private readonly onListenerError: (error: unknown) => void) {}

  /** Calls `listener` for every event from now on; the answer ends it. */
  subscribe(listener: Listener): () => void {
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
    }
  }

  /**
   * Tells events to all. When a listener changes something itself, the event of that change waits until everyone has
   * heard this one: else those after it would hear the two in the wrong order.
   */
  tell(...events: readonly EngineEvent[]): void {
    this.#waiting.push(...events)
    if (this.#isTelling) return
    this.#isTelling = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#tellAll(next)
    } finally {
      this.#isTelling = false
    }
  }

  /** Ends every subscription. */
  stop(): void {
    this.#subscriptions.clear()
  }

  #tellAll(event: EngineEvent): void {
    for (const subscription of [...this.#subscriptions]) {
      if (!this.#subscriptions.has(subscription)) continue
      try {
        subscription.listener(event)
      } catch (error) {
        this.onListenerError(error)
      }
    }
  }
}
