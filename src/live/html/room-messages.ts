// Long because all that changes in the list of messages is pushed from here.
import {
  type Cursors,
  type EngineEvent,
  type Message,
  type MessageId,
  mostEvents,
  type RoomId,
  type RoomView,
  sides,
  type TimelineEvent,
  type UserId,
  type Vanished,
  type VanishedTotals,
} from '../../chat/engine.js'
import { quoteOf } from '../../quotes.js'
import type { Predecessor } from '../../rendering/message-view.js'
import { renderInParts } from '../../rendering/render-turns.js'
import { predecessorOf, rowsOf } from '../../rendering/timeline-view.js'
import type { SharedRenderings } from '../client/shared-renderings.js'
import { fragment, idFragment } from './fragments.js'
import type { BothCursors, PageRenderer } from './page-renderer.js'
import type { PageState, PageWindow } from './page-state.js'
import { RoomWindow } from './room-window.js'
import { shownTotals } from './rows-beside.js'

const nothing: Cursors = { delivered: 0, seen: 0 }

/** The list of messages of a page. Keeps none of them: only which ones the page shows, and how far they have come. */
export class RoomMessages {
  readonly window = new RoomWindow()
  readonly #page: PageRenderer
  readonly #roomId: RoomId
  /** Another for each connection: the page reports again what is rendered with it. */
  readonly #connectionId: string
  readonly #push: (html: string, isCatchUp?: boolean) => void
  /** What all pages of a viewer share. */
  readonly #rowKind: string
  readonly #articleKind: string
  #otherName = ''
  #cursors: BothCursors = { mine: nothing, theirs: nothing }
  #last: Predecessor | null = null
  #vanishedBefore: VanishedTotals | null = null
  /** The ids of the events that the page shows, the oldest first. */
  #events: readonly TimelineEvent['id'][] = []

  constructor(
    page: PageRenderer,
    roomId: RoomId,
    connectionId: string,
    push: (html: string, isCatchUp?: boolean) => void,
  ) {
    const { userId, language, zone, region } = page.viewer
    const shared = [userId, language, region, zone]
    this.#rowKind = ['row', ...shared].join(' ')
    this.#articleKind = ['article', ...shared].join(' ')
    this.#page = page
    this.#roomId = roomId
    this.#connectionId = connectionId
    this.#push = push
  }

  /** What the page shows beside its messages' texts, as it says it when it connects. */
  get shown(): Pick<PageState, 'window' | 'vanished'> {
    return { window: this.window.shown, vanished: this.#vanishedBefore }
  }

  /** Begins with what the page says that it shows. */
  begin({ window, vanished }: Pick<PageState, 'window' | 'vanished'>): void {
    if (window) this.window.begin(window)
    this.#vanishedBefore = vanished
  }

  /** Stores a view's data; pushes nothing. */
  adopt(view: RoomView, otherName: string): void {
    this.window.adopt(view)
    this.#vanishedBefore ??= shownTotals(view.vanished)
    this.#otherName = otherName
    this.#cursors = { mine: view.mine, theirs: view.theirs }
    this.#events = view.timeline.map(({ id }) => id)
    const last = rowsOf(view).at(-1)
    this.#last = last ? predecessorOf(last) : null
  }

  /** The whole list, as a view has it. `shown` is what the page showed before. */
  async pushAll(view: RoomView, shown: PageWindow | null): Promise<void> {
    const html = await this.#page.renderMessages(
      view,
      this.#otherName,
      this.#connectionId,
      this.#vanishedBefore ?? undefined,
    )
    this.#push(fragment('list', 'innerMorph', html), true)
    if (view.survivors === null) this.#push(fragment('earlier', 'innerMorph', this.#page.renderEarlier(view)))
    if (!(shown?.isOpenEnded && this.window.shown.isOpenEnded)) this.#pushLater()
  }

  /**
   * Reports may have been lost with an earlier connection: rendered with a new key, unseen messages and counts that were not
   * shown report once more.
   */
  async pushUnseen(view: RoomView): Promise<void> {
    const isUnseen = ({ seq, hasBegun }: Message) => seq > view.mine.seen || !hasBegun
    const unseen = view.messages.filter(message => message.senderId === view.otherId && isUnseen(message))
    await this.#pushArticles(unseen, message =>
      this.#page.renderArticle(message, this.#otherName, view, this.#connectionId),
    )
    for (const whose of sides) {
      const { total, shown } = view.vanished[whose]
      if (total === shown) continue
      const html = this.#renderVanished(whose, view.vanished, this.#connectionId)
      this.#push(fragment(`vanished-${whose}`, 'outerMorph', html))
    }
  }

  /**
   * Shows a new message, unless the page ends before it.
   * @param isGapless whether the page shows all messages before it
   */
  add(message: Message, shared: SharedRenderings, isGapless: boolean): void {
    if (!this.window.add(message.seq, isGapless)) {
      this.#push(fragment('later-count', 'innerHTML', String(this.window.later)))
      return
    }
    const row = shared.get(this.#rowKind, message.id, () =>
      this.#page.renderRow(message, this.#otherName, this.#cursors, 'push', this.#last),
    )
    this.#last = predecessorOf({ message })
    this.#push(idFragment('list', 'beforeend', row))
  }

  /** Shows what happened after the newest message, in the place of an event with the same id, and of the oldest beyond `mostEvents`. */
  addEvent(event: TimelineEvent): void {
    if (this.window.later > 0) return
    const others = this.#events.filter(id => id !== event.id)
    const surplus = others.slice(0, Math.max(0, others.length + 1 - mostEvents))
    for (const id of [event.id, ...surplus]) this.#push(fragment(`e-${id}`, 'delete'))
    this.#events = [...others.slice(surplus.length), event.id]
    this.#push(fragment('list', 'beforeend', this.#page.renderEvent(event, this.#otherName, this.#last)))
    this.#last = predecessorOf({ event })
  }

  /** Shows how far one's own messages have come: their status alone. */
  pushStatuses(messages: readonly Message[]): void {
    const isLong = messages.length > 1
    for (const message of messages) this.#push(this.#page.renderStatus(message, this.#cursors.theirs), isLong)
  }

  /** Shows messages that have changed. */
  async pushChanged(messages: readonly Message[], shared: SharedRenderings): Promise<void> {
    await this.#pushArticles(messages, message =>
      shared.get(this.#articleKind, message.id, () =>
        this.#page.renderArticle(message, this.#otherName, this.#cursors, 'push'),
      ),
    )
  }

  /** Shows that the quotes of messages live longer too. */
  pushQuotes(messages: readonly Message[]): void {
    for (const message of messages) {
      const html = this.#page.renderQuote(quoteOf(message), this.#roomId, this.#otherName)
      this.#push(fragment([`.quote.q-${message.id}`], 'outerMorph', html))
    }
  }

  /** Notes how far one of the two has got. */
  noteCursors(ofId: UserId, cursors: Cursors): void {
    const isMine = ofId === this.#page.viewer.userId
    const { mine, theirs } = this.#cursors
    this.#cursors = isMine ? { mine: cursors, theirs } : { mine, theirs: cursors }
  }

  /** Takes away messages that are gone, and says how many vanished before they were seen. */
  drop({ messages, vanishedOf, nextId, summary }: Extract<EngineEvent, { type: 'message.removed' }>): void {
    for (const { id } of messages) this.#push(fragment(`m-${id}`, 'delete'))
    this.#push(
      fragment(
        messages.map(({ id }) => `.q-${id}`),
        'delete',
      ),
    )
    for (const senderId of summary ? vanishedOf : []) {
      const whose = senderId === this.#page.viewer.userId ? 'mine' : 'theirs'
      const html = summary && this.#renderVanished(whose, summary.vanished, 'push')
      this.#push(fragment(`vanished-${whose}`, 'delete'))
      if (html) this.#pushVanished(whose, html, nextId)
    }
    if (this.window.drop(messages.map(({ seq }) => seq))) this.#pushLater()
  }

  /** A count stands where messages were missed; that one's own were not seen is news, which stands after the newest. */
  #pushVanished(whose: keyof Vanished, html: string, nextId: MessageId | null): void {
    if (whose === 'theirs' && nextId) this.#push(fragment(`m-${nextId}`, 'beforebegin', html))
    else if (this.window.later === 0) this.#push(fragment('list', 'beforeend', html))
  }

  #renderVanished(whose: keyof Vanished, vanished: Vanished, reportKey: string): string {
    const before = this.#vanishedBefore ?? { theirs: 0, mine: 0 }
    return this.#page.renderVanished(whose, vanished, before, this.#otherName, reportKey)
  }

  /** The way to the messages after those that the page shows. */
  #pushLater(): void {
    const { shown, later } = this.window
    this.#push(fragment('later', 'innerMorph', this.#page.renderLater(this.#roomId, shown)))
    this.#push(fragment('jump', 'innerMorph', this.#page.renderJump(this.#roomId, later)))
  }

  async #pushArticles(messages: readonly Message[], render: (message: Message) => string): Promise<void> {
    const articles = await renderInParts(this.#page.viewer.userId, messages, render)
    for (const [index, { id }] of messages.entries()) {
      this.#push(fragment(`m-${id}>article`, 'outerMorph', articles[index]), messages.length > 1)
    }
  }
}

/** Without the text, which a page must not keep. */
