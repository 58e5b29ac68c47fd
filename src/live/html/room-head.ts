import type { EngineEvent, Presence, RoomSummary, RoomView, UserId } from '../../chat/engine.js'
import { renderPartial } from '../../rendering/renderer.js'
import { fragment } from './fragments.js'
import type { PageRenderer } from './page-renderer.js'
import type { LifetimeChange } from './room-lifetime.js'

type Dissolved = Extract<EngineEvent, { type: 'room.dissolved' }>

/** What a page of a room shows around its messages: the other's presence and typing, and how long messages live. */
export class RoomHead {
  readonly #page: PageRenderer
  readonly #push: (html: string) => void
  #otherId: UserId = ''
  #otherName = ''
  /** Undefined while a view is being read and no event has said anything newer. */
  #presence: Presence | null | undefined
  #lifetime: LifetimeChange | null = null
  #mayLiveFromSeen = false
  #showsNote = false

  constructor(page: PageRenderer, push: (html: string) => void) {
    this.#page = page
    this.#push = push
  }

  get otherName(): string {
    return this.#otherName
  }

  get isOnline(): boolean {
    return this.#presence?.isOnline ?? false
  }

  /** To be called before a view is read: what events say from here on is newer than the view. */
  expectView(): void {
    this.#presence = undefined
  }

  /** Stores a view's data; pushes nothing. */
  adopt({ otherId, presence, lifetime, mayLiveFromSeen, newestSeq }: RoomView, otherName: string): void {
    this.#otherId = otherId
    this.#otherName = otherName
    if (this.#presence === undefined) this.#presence = presence
    this.#lifetime = lifetime
    this.#mayLiveFromSeen = mayLiveFromSeen
    this.#showsNote = this.#page.lifetime.renderNote(lifetime, newestSeq, otherName) !== ''
  }

  /** Notes what an event says of the other's presence, whether or not it is shown now. */
  note(summary: RoomSummary | null): void {
    if (summary) this.#presence = summary.presence
  }

  /** The line with the other's presence and the lifetime, anew. */
  pushPresence(): void {
    const lifeMs = this.#page.lifetime.mostMs(this.#lifetime)
    this.#push(fragment('presence', 'outerMorph', this.#page.renderPresence(this.#presence ?? null, lifeMs)))
  }

  /** How long messages live, and who chose it, as a view has it. */
  pushLifetime({ lifetime, newestSeq }: RoomView): void {
    // As long as nobody has ever chosen, every page shows the server's own.
    if (!lifetime) return
    this.#pushLifetime(lifetime)
    this.#pushNote(this.#page.lifetime.renderNote(lifetime, newestSeq, this.#otherName))
  }

  /** Shows that somebody has chosen another lifetime; the answer says so in words. */
  takeLifetime({
    lifetimeMs,
    from,
    byId,
    mayLiveFromSeen,
  }: LifetimeChange & Pick<RoomView, 'mayLiveFromSeen'>): string {
    const change = { lifetimeMs, from, byId }
    this.#mayLiveFromSeen = mayLiveFromSeen
    this.#pushLifetime(change)
    const sentence = this.#page.lifetime.sayChange(change, this.#otherName)
    this.#pushNote(renderPartial('sentence', this.#page.context, { sentence }))
    return sentence
  }

  /** Takes away the note of who chose the lifetime: it goes with the first message after it. */
  dropNote(): void {
    if (this.#showsNote) this.#pushNote('')
  }

  showTyping(isTyping: boolean): void {
    const sentence = isTyping ? this.#page.context.t('chat.typing', { name: this.#otherName }) : ''
    this.#push(fragment('typing', 'innerHTML', renderPartial('typing', this.#page.context, { sentence })))
  }

  /** Says that the room is gone, and why. */
  showGone({ reason, byId }: Dissolved): void {
    const { t } = this.#page.context
    const name = this.#otherName
    const sentences = {
      ended: byId === this.#otherId ? t('gone.ended', { name }) : t('gone.endedByYou'),
      away: t('gone.away'),
      account_deleted: t('gone.deleted', { name }),
      empty: t('gone.empty'),
    }
    const html = renderPartial('gone', this.#page.context, { reason: sentences[reason], goesOn: false })
    this.#push(fragment('gone', 'innerHTML', html))
  }

  #pushLifetime(lifetime: LifetimeChange): void {
    this.#lifetime = lifetime
    this.pushPresence()
    this.#push(fragment('about', 'innerHTML', this.#page.lifetime.renderAbout(lifetime)))
    const choices = this.#page.lifetime.renderChoices(lifetime, this.#mayLiveFromSeen)
    this.#push(fragment('lifetime-choices', 'outerMorph', choices))
  }

  #pushNote(html: string): void {
    this.#showsNote = html !== ''
    this.#push(fragment('lifetime-note', 'innerHTML', html))
  }
}
