import type { Message, MessageId } from '../../chat/engine.js'
import { fragment } from './fragments.js'
import type { RoomLifetime } from './room-lifetime.js'

/** The warning of a page that messages are about to expire. Keeps none of their text. */
export class ExpiryWarning {
  readonly #lifetime: Pick<RoomLifetime, 'renderWarning'>
  readonly #push: (html: string) => void
  readonly #expiring = new Map<MessageId, Pick<Message, 'roomId' | 'lifetimeMs'>>()

  constructor(lifetime: Pick<RoomLifetime, 'renderWarning'>, push: (html: string) => void) {
    this.#lifetime = lifetime
    this.#push = push
  }

  /**
   * Warns of these messages and no others: a warning changes no version of the room, but its end does.
   * @param differs whether the page may still show another
   */
  catchUp(messages: readonly Message[], differs: boolean): void {
    this.#note(messages)
    if (differs || this.#expiring.size > 0) this.#show()
  }

  /** Warns of these messages and no others; of none, when the person has dismissed the warning. */
  replace(messages: readonly Message[]): void {
    this.#note(messages)
    this.#show()
  }

  /** These messages are gone, or live on: the warning goes with the last of them. */
  drop(messages: readonly { readonly id: MessageId }[]): void {
    const wasShown = this.#expiring.size > 0
    for (const { id } of messages) this.#expiring.delete(id)
    if (wasShown && this.#expiring.size === 0) this.#show()
  }

  /** Forgets all messages, without changing the page. */
  forget(): void {
    this.#expiring.clear()
  }

  #note(messages: readonly Message[]): void {
    this.#expiring.clear()
    for (const { id, roomId, lifetimeMs } of messages) this.#expiring.set(id, { roomId, lifetimeMs })
  }

  #show(): void {
    const html = this.#lifetime.renderWarning([...this.#expiring.values()])
    this.#push(fragment('warning', 'innerMorph', html))
  }
}
