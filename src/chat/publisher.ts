import type { Publication, ServerNotice, Told } from './engine.js'

/** Hands publications to the subscribers, at once and in order. */
export class Publisher {
  readonly #subscriptions = new Set<{ readonly subscriber: (publication: Publication) => void }>()
  readonly #waiting: Publication[] = []
  #isPublishing = false

  /** @param onSubscriberError told what a subscriber threw; must not throw itself */
  constructor(private readonly onSubscriberError: (error: unknown) => void) {}

  /** Calls `subscriber` for every publication from now on; the answer ends it. */
  subscribe(subscriber: (publication: Publication) => void): () => void {
    const subscription = { subscriber }
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
    }
  }

  /**
   * Publishes to all subscribers, unless there is nothing to say. When a subscriber changes something itself, what that
   * change publishes waits until every subscriber has this publication: otherwise the last ones would get the two in the
   * wrong order.
   */
  publish(told: readonly Told[], notices: readonly ServerNotice[] = []): void {
    if (told.length === 0 && notices.length === 0) return
    this.#waiting.push({ told, notices })
    if (this.#isPublishing) return
    this.#isPublishing = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#publishNow(next)
    } finally {
      this.#isPublishing = false
    }
  }

  /** Ends every subscription. */
  stop(): void {
    this.#subscriptions.clear()
  }

  #publishNow(publication: Publication): void {
    for (const subscription of [...this.#subscriptions]) {
      if (!this.#subscriptions.has(subscription)) continue
      try {
        subscription.subscriber(publication)
      } catch (error) {
        this.onSubscriberError(error)
      }
    }
  }
}
