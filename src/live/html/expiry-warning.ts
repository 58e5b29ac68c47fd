import type { Message, MessageId } from '../../chat/engine.js'
import { fragment } from './fragments.js'
import type { RoomLifetime } from './room-lifetime.js'

/** What a page of a room warns of: the messages that vanish within a minute. Keeps none of their text. */
export class ExpiryWarning {
  readonly #lifetime: Pick<RoomLifetime, 'renderWarning'>
  readonly #push: (html: string) => void
  readonly #expiring = new Map<MessageId, Pick<Message, 'roomId' | 'lifetimeMs'>>()

  constructor(lifetime: Pick<RoomLifetime, 'renderWarning'>, push: (html: string) => void) {
    this.#lifetime = lifetime
    this.#push = push
  }

  /**
   * Warns of these and no others: a warning comes with no new version of the room, and goes with one.
   * @param differs whether the page may still show another
   */
  catchUp(messages: readonly Message[], differs: boolean): void {
    this.forget()
    this.#note(messages)
    if (differs || this.#expiring.size > 0) this.#show()
  }

  /** Warns of these too. */
  add(messages: readonly Message[]): void {
    this.#note(messages)
    if (this.#expiring.size > 0) this.#show()
  }

  /** These are gone, or live on: with the last of them the warning goes. */
  drop(messages: readonly { readonly id: MessageId }[]): void {
    const wasShown = this.#expiring.size > 0
    for (const { id } of messages) this.#expiring.delete(id)
    if (wasShown && this.#expiring.size === 0) this.#show()
  }

  /** Nothing is left to warn of, and nothing is said of it. */
  forget(): void {
    this.#expiring.clear()
  }

  #note(messages: readonly Message[]): void {
    for (const { id, roomId, lifetimeMs } of messages) this.#expiring.set(id, { roomId, lifetimeMs })
  }

  #show(): void {
    const html = this.#lifetime.renderWarning([...this.#expiring.values()])
    this.#push(fragment('warning', 'innerMorph', html))
  }
}
