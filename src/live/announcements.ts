import type { Message, MessageId } from '../chat/engine.js'
import { wordsOf } from '../views/message-view.js'
import { renderPartial, type ViewContext } from '../views/renderer.js'

/** Messages that come within this time are spoken as one. Source: accessibility, what is said. */
const burstMs = 1400

/** What is spoken of new messages, apart from what is shown. Holds a message for the length of a burst at most. */
export class Announcements {
  readonly #context: ViewContext
  readonly #say: (html: string) => void
  readonly #unsay: () => void
  /** The living messages whose text was spoken, and may still stand in the page. */
  readonly #spoken = new Set<MessageId>()
  readonly #waiting = new Map<MessageId, Message>()
  #timer: NodeJS.Timeout | null = null

  /** @param unsay takes what was spoken out of the page */
  constructor(context: ViewContext, say: (html: string) => void, unsay: () => void) {
    this.#context = context
    this.#say = say
    this.#unsay = unsay
  }

  add(message: Message, author: string): void {
    this.#waiting.set(message.id, message)
    this.#timer ??= setTimeout(() => this.#speak(author), burstMs).unref()
  }

  /** A message that is gone is not spoken of, and what was spoken of it goes too. */
  drop(messageId: MessageId): void {
    this.#waiting.delete(messageId)
    if (this.#spoken.delete(messageId)) this.#unsay()
  }

  /** The same for all of them at once. */
  dropAll(): void {
    this.stop()
    if (this.#spoken.size > 0) this.#unsay()
    this.#spoken.clear()
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting.clear()
  }

  #speak(author: string): void {
    const messages = [...this.#waiting.values()]
    this.stop()
    const [only] = messages
    if (!only) return
    const { t } = this.#context
    const count = messages.length
    if (count === 1) this.#spoken.add(only.id)
    const sentence =
      count === 1 ? t('chat.says', { name: author, text: wordsOf(only, t) }) : t('chat.newMessages', { count })
    this.#say(renderPartial('announcement', this.#context, { sentence }))
  }
}
