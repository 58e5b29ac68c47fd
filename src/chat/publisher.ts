import type { Publication, ServerNotice, Told } from './engine.js'

interface Subscription {
  readonly subscriber: (publication: Publication) => void
  isOver: boolean
}

/** Hands publications to the subscribers, at once and in order. */
export class Publisher {
  /** Replaced when one begins or ends, so that a publication goes through those of its time without a copy. */
  #subscriptions: readonly Subscription[] = []
  readonly #waiting: Publication[] = []
  #isPublishing = false

  /** @param onSubscriberError told what a subscriber threw; must not throw itself */
  constructor(private readonly onSubscriberError: (error: unknown) => void) {}

  /** Calls `subscriber` for every publication from now on; the answer ends it. */
  subscribe(subscriber: (publication: Publication) => void): () => void {
    const subscription = { subscriber, isOver: false }
    this.#subscriptions = [...this.#subscriptions, subscription]
    return () => {
      subscription.isOver = true
      this.#subscriptions = this.#subscriptions.filter(each => each !== subscription)
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
    for (const subscription of this.#subscriptions) subscription.isOver = true
    this.#subscriptions = []
  }

  #publishNow(publication: Publication): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.isOver) continue
      try {
        subscription.subscriber(publication)
      } catch (error) {
        this.onSubscriberError(error)
      }
    }
  }
}
