import type { EngineEvent, Presence, RoomSummary, RoomView } from '../../chat/engine.js'
import { sayEnding } from '../../rendering/ending-view.js'
import { renderPartial } from '../../rendering/renderer.js'
import { fragment } from './fragments.js'
import type { PageRenderer } from './page-renderer.js'
import type { LifetimeChange } from './room-lifetime.js'

type Erasure = Extract<EngineEvent, { type: 'erasure.changed' }>
type Dissolved = Extract<EngineEvent, { type: 'room.dissolved' }>

/** What a page of a room shows around its messages: the other's presence and typing, how long messages live, and what was chosen. */
export class RoomHead {
  readonly #page: PageRenderer
  readonly #push: (html: string) => void
  #otherName = ''
  /** Undefined while a view is being read and no event has said anything newer. */
  #presence: Presence | null | undefined
  #lifetime: LifetimeChange | null = null
  #erasesWhenLeft = false
  #mayLiveFromSeen = false

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
  adopt({ presence, lifetime, mayLiveFromSeen, erasesWhenLeft }: RoomView, otherName: string): void {
    this.#otherName = otherName
    if (this.#presence === undefined) this.#presence = presence
    this.#lifetime = lifetime
    this.#mayLiveFromSeen = mayLiveFromSeen
    this.#erasesWhenLeft = erasesWhenLeft
  }

  /** Notes what an event says of the other's presence, whether or not it is shown now. */
  note(summary: RoomSummary | null): void {
    if (summary) this.#presence = summary.presence
  }

  /** Pushes the line with the other's presence and the lifetime. */
  pushPresence(): void {
    const lifeMs = this.#page.lifetime.mostMs(this.#lifetime)
    this.#push(fragment('presence', 'outerMorph', this.#page.renderPresence(this.#presence ?? null, lifeMs)))
  }

  /** What was chosen, as the view has it that was adopted. */
  pushChoices(): void {
    this.#pushLifetime()
    this.#pushErasure()
  }

  /** Shows that someone has chosen another lifetime. */
  takeLifetime({ lifetimeMs, from, byId, mayLiveFromSeen }: LifetimeChange & Pick<RoomView, 'mayLiveFromSeen'>): void {
    this.#lifetime = { lifetimeMs, from, byId }
    this.#mayLiveFromSeen = mayLiveFromSeen
    this.#pushLifetime()
    this.#pushAbout()
  }

  /** Shows that someone has chosen whether the room is erased once both have left. */
  takeErasure({ erasesWhenLeft }: Pick<Erasure, 'erasesWhenLeft'>): void {
    this.#erasesWhenLeft = erasesWhenLeft
    this.#pushErasure()
  }

  showTyping(isTyping: boolean): void {
    const sentence = isTyping ? this.#page.context.t('chat.typing', { name: this.#otherName }) : ''
    this.#push(fragment('typing', 'innerHTML', renderPartial('typing', this.#page.context, { sentence })))
  }

  /** Says that the room is gone, and why. */
  showGone({ reason, byId }: Dissolved): void {
    const { context, viewer } = this.#page
    const sentence = sayEnding({ reason, byId }, viewer, this.#otherName, context.t)
    const html = renderPartial('gone', context, {
      reason: sentence,
      goesOn: false,
      isForGood: reason === 'account_deleted',
    })
    this.#push(fragment('gone', 'innerHTML', html))
  }

  #pushLifetime(): void {
    this.pushPresence()
    const choices = this.#page.lifetime.renderChoices(this.#lifetime, this.#mayLiveFromSeen)
    this.#push(fragment('lifetime-choices', 'outerMorph', choices))
  }

  #pushErasure(): void {
    this.#push(fragment('erase', 'outerMorph', this.#page.lifetime.renderErasure(this.#erasesWhenLeft)))
    this.#pushAbout()
  }

  #pushAbout(): void {
    this.#push(fragment('about', 'innerHTML', this.#page.lifetime.renderAbout(this.#lifetime, this.#erasesWhenLeft)))
  }
}
