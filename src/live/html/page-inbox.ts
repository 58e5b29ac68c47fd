import type { EngineEvent, UserId } from '../../chat/engine.js'
import { isPassing } from '../client/event-kinds.js'
import type { SharedRenderings } from '../client/shared-renderings.js'

interface Waiting {
  readonly event: EngineEvent
  readonly shared: SharedRenderings
}

/**
 * A page's pending events. Drops typing and presence while the connection is busy, news while the page is paused, and all
 * but `room.dissolved` while a catch-up waits.
 */
export class PageInbox {
  /** Whether updates are paused on the page. */
  isPaused = false
  readonly #userId: UserId
  #waiting: Waiting[] = []
  #isBehind = false

  constructor(userId: UserId) {
    this.#userId = userId
  }

  /**
   * Takes an event in; false if the page takes no notice of it.
   * @param isBusy whether the connection has not yet taken what was written
   */
  add(event: EngineEvent, shared: SharedRenderings, isBusy: boolean): boolean {
    if (isBusy && isPassing(event)) return false
    if (this.isPaused && this.#isHeldBack(event)) return false
    if (this.#isBehind && event.type !== 'room.dissolved') return false
    this.#waiting.push({ event, shared })
    return true
  }

  next(): Waiting | undefined {
    return this.#waiting.shift()
  }

  /**
   * A catch-up waits for its turn. What has happened and what happens meanwhile is dropped, since it may be gone by then:
   * the catch-up brings all of it that is still there. Only the end of a room is kept.
   */
  fallBehind(): void {
    this.#isBehind = true
    this.#waiting = this.#waiting.filter(({ event }) => event.type === 'room.dissolved')
  }

  /** The catch-up begins. */
  catchUp(): void {
    this.#isBehind = false
  }

  clear(): void {
    this.#waiting = []
  }

  /** A pause holds back what is new, but not what is gone, about to go or kept, nor what the person does themselves. */
  #isHeldBack(event: EngineEvent): boolean {
    if (event.type === 'message.sent') return event.message.senderId !== this.#userId
    if (event.type === 'typing.changed') return event.isTyping
    return event.type === 'receipt.moved' || event.type === 'presence.changed'
  }
}
