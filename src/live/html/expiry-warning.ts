import type { Message, MessageId } from '../../chat/engine.js'
import { fragment } from './fragments.js'
import type { RoomLifetime } from './room-lifetime.js'

/** The warning of a page that messages are about to expire. Keeps none of their text. */
export class ExpiryWarning {
  readonly #lifetime: Pick<RoomLifetime, 'renderWarning'>
  readonly #push: (html: string) => void
  /** Null for none: most pages warn of nothing, and an empty map takes as much memory as a full one. */
  #expiring: Map<MessageId, Pick<Message, 'roomId' | 'lifetimeMs'>> | null = null

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
    if (differs || this.#expiring !== null) this.#show()
  }

  /** Warns of these messages and no others; of none, when the person has dismissed the warning. */
  replace(messages: readonly Message[]): void {
    this.#note(messages)
    this.#show()
  }

  /** These messages are gone, or live on: the warning goes with the last of them. */
  drop(messages: readonly { readonly id: MessageId }[]): void {
    if (this.#expiring === null) return
    for (const { id } of messages) this.#expiring.delete(id)
    if (this.#expiring.size > 0) return
    this.#expiring = null
    this.#show()
  }

  /** Forgets all messages, without changing the page. */
  forget(): void {
    this.#expiring = null
  }

  #note(messages: readonly Message[]): void {
    const facts = messages.map(({ id, roomId, lifetimeMs }) => [id, { roomId, lifetimeMs }] as const)
    this.#expiring = facts.length > 0 ? new Map(facts) : null
  }

  #show(): void {
    const html = this.#lifetime.renderWarning([...(this.#expiring?.values() ?? [])])
    this.#push(fragment('warning', 'innerMorph', html))
  }
}
