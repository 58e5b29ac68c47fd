import type { Message, MessageId } from '../../chat/engine.js'
import { fragment } from './fragments.js'
import type { RoomLifetime } from './room-lifetime.js'

/** The warning that a page of a room shows: which messages vanish within a minute. Keeps none of their text. */
export class ExpiryWarning {
  readonly #lifetime: Pick<RoomLifetime, 'renderWarning'>
  readonly #push: (html: string) => void
  readonly #expiring = new Map<MessageId, Pick<Message, 'roomId' | 'lifetimeMs'>>()

  constructor(lifetime: Pick<RoomLifetime, 'renderWarning'>, push: (html: string) => void) {
    this.#lifetime = lifetime
    this.#push = push
  }

  /**
   * Warns of these messages only. A warning begins without a new version of the room, and ends with one.
   * @param differs whether the page may still show another warning
   */
  catchUp(messages: readonly Message[], differs: boolean): void {
    this.forget()
    this.#note(messages)
    if (differs || this.#expiring.size > 0) this.#show()
  }

  /** Adds these messages to the warning. */
  add(messages: readonly Message[]): void {
    this.#note(messages)
    if (this.#expiring.size > 0) this.#show()
  }

  /** Takes messages off the warning that are gone or were kept; the warning ends with the last. */
  drop(messages: readonly { readonly id: MessageId }[]): void {
    const wasShown = this.#expiring.size > 0
    for (const { id } of messages) this.#expiring.delete(id)
    if (wasShown && this.#expiring.size === 0) this.#show()
  }

  /** Forgets the warning without a word to the page. */
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
