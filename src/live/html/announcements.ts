import type { AnnouncementKind } from '../../accounts/settings.js'
import type { Message, MessageId, TimelineEvent, UserId } from '../../chat/engine.js'
import { wordsOf } from '../../rendering/message-view.js'
import { renderPartial, type ViewContext } from '../../rendering/renderer.js'
import { typingShownMs } from '../client/typing.js'

/** Messages that come within this time are announced as one. Source: docs/accessibility.md, "What is announced". */
const burstMs = 1400
/**
 * Of a burst the texts of so many messages are kept: for when only one of them is left to be announced. In a busy chat all of
 * them would be what the garbage collector copies most.
 */
const mostTexts = 3
/** Typing that lasts longer than a single key shows as typing is announced. */
const typingMs = typingShownMs + 500
/** After this time without a key, typing is announced again. */
const typingOverMs = 30_000
/** That someone comes or goes is announced if it lasts this long. */
const presenceMs = 10_000

type TimerName = 'burst' | 'missed' | 'sent' | 'typing' | 'typingOver' | 'presence' | 'events'

/**
 * What a screen reader is to announce of a chat, beside what is shown. Holds a message for the length of a burst at most. What it
 * holds of idle pages counts: a collection is made when it gets its first item, and dropped with its last.
 */
export class Announcements {
  readonly #context: ViewContext
  readonly #kinds: readonly AnnouncementKind[]
  readonly #say: (html: string) => void
  readonly #unsay: () => void
  /** The living messages whose text was announced, and may still be in the page. */
  #spoken: Set<MessageId> | null = null
  /** The messages of a burst; null for those of which only the count is needed. */
  #waiting: Map<MessageId, Message | null> | null = null
  /** What happened and is not announced yet, in words: the latest of each kind. */
  #events: Map<TimelineEvent['what'], string> | null = null
  #timers: { [name in TimerName]?: NodeJS.Timeout | undefined } = {}
  #name = ''
  #hasSpokenOfTyping = false
  #wasOnline: boolean | null = null
  #isOver = false

  /**
   * @param kinds what this person wants to hear of
   * @param unsay takes what was announced out of the page
   */
  constructor(
    context: ViewContext,
    kinds: readonly AnnouncementKind[],
    say: (html: string) => void,
    unsay: () => void,
  ) {
    this.#context = context
    this.#kinds = kinds
    this.#say = say
    this.#unsay = unsay
  }

  /** Whom the chat is with, and whether they are online: what the page shows at first is not announced. */
  begin(name: string, isOnline: boolean): void {
    this.#name = name
    this.#wasOnline ??= isOnline
  }

  add(message: Message): void {
    this.#cancel('typing')
    this.#hasSpokenOfTyping = false
    if (this.#isOver || !this.#kinds.includes('messages')) return
    this.#waiting ??= new Map()
    this.#waiting.set(message.id, this.#waiting.size < mostTexts ? message : null)
    if (!this.#timers.burst) this.#after('burst', burstMs, () => this.#speakOfMessages())
  }

  /** Announces messages that the page missed: their count, not their text. */
  addMissed(count: number): void {
    if (count === 0 || !this.#kinds.includes('messages')) return
    this.#after('missed', burstMs, () => this.#speak(this.#context.t('chat.newMessages', { count })))
  }

  /** One's own message has reached the server. */
  noteSent(): void {
    if (!this.#kinds.includes('sent') || this.#timers.sent) return
    this.#after('sent', burstMs, () => this.#speak(this.#context.t('status.sent')))
  }

  noteTyping(isTyping: boolean): void {
    if (!this.#kinds.includes('typing')) return
    if (!isTyping) {
      this.#cancel('typing')
      this.#after('typingOver', typingOverMs, () => {
        this.#hasSpokenOfTyping = false
      })
      return
    }
    this.#cancel('typingOver')
    if (this.#hasSpokenOfTyping) return
    this.#after('typing', typingMs, () => {
      this.#hasSpokenOfTyping = true
      this.#speak(this.#context.t('chat.typing', { name: this.#name }))
    })
  }

  notePresence(isOnline: boolean): void {
    this.#cancel('presence')
    if (isOnline === this.#wasOnline || !this.#kinds.includes('presence')) return
    this.#after('presence', presenceMs, () => {
      this.#wasOnline = isOnline
      this.#speak(this.#context.t(isOnline ? 'chat.hasCome' : 'chat.hasGone', { name: this.#name }))
    })
  }

  /**
   * Something happened in the chat. What this person did is announced at once. What the other does is announced once it has
   * rested: someone who chooses over and over would otherwise have a screen reader speak without end.
   */
  noteEvent({ what, byId }: Pick<TimelineEvent, 'what' | 'byId'>, viewerId: UserId, sentence: string): void {
    this.#events?.delete(what)
    if (byId === viewerId) {
      this.#speak(sentence)
      return
    }
    this.#events ??= new Map()
    this.#events.set(what, sentence)
    this.#after('events', burstMs, () => {
      for (const each of this.#events?.values() ?? []) this.#speak(each)
      this.#events = null
    })
  }

  /** A message that is gone is not announced, and its announcement is taken out of the page. */
  drop(messageId: MessageId): void {
    this.#waiting?.delete(messageId)
    if (this.#spoken?.delete(messageId)) this.#unsay()
  }

  /** Drops all messages. */
  dropAll(): void {
    this.#clear()
    if (this.#spoken?.size) this.#unsay()
    this.#spoken = null
  }

  /** Forgets what waits to be announced, and takes nothing more. */
  stop(): void {
    this.#isOver = true
    this.#clear()
  }

  #clear(): void {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer)
    this.#timers = {}
    this.#waiting = null
    this.#events = null
  }

  #after(name: TimerName, ms: number, work: () => void): void {
    this.#cancel(name)
    if (this.#isOver) return
    const run = () => {
      this.#timers[name] = undefined
      work()
    }
    this.#timers[name] = setTimeout(run, ms).unref()
  }

  #cancel(name: TimerName): void {
    clearTimeout(this.#timers[name])
    this.#timers[name] = undefined
  }

  #speakOfMessages(): void {
    const messages = [...(this.#waiting?.values() ?? [])]
    this.#waiting = null
    const { t } = this.#context
    const count = messages.length
    if (count === 0) return
    const [only] = messages
    if (count > 1 || !only) this.#speak(t('chat.newMessages', { count }))
    else {
      this.#spoken ??= new Set()
      this.#spoken.add(only.id)
      this.#speak(t('chat.says', { name: this.#name, text: wordsOf(only, t, 'picture.undescribed') }))
    }
  }

  #speak(sentence: string): void {
    this.#say(renderPartial('announcement', this.#context, { sentence }))
  }
}
