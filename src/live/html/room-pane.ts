import type { AnnouncementKind } from '../../accounts/settings.js'
import {
  type EngineEvent,
  type Message,
  mostWindow,
  type RoomId,
  type RoomView,
  type UserId,
} from '../../chat/engine.js'
import type { Predecessor } from '../../rendering/message-view.js'
import { renderInParts } from '../../rendering/render-turns.js'
import { renderPartial } from '../../rendering/renderer.js'
import type { SharedRenderings } from '../subscriber.js'
import { Announcements } from './announcements.js'
import { ExpiryWarning } from './expiry-warning.js'
import { fragment } from './fragments.js'
import type { BothCursors, PageRenderer } from './page-renderer.js'
import type { PageState } from './page-state.js'
import type { LifetimeChange } from './room-lifetime.js'
import { RoomWindow } from './room-window.js'

type RoomEvent = Exclude<EngineEvent, { type: 'presence.changed' }>
type Dissolved = Extract<EngineEvent, { type: 'room.dissolved' }>
type Shown = Pick<PageState, 'epoch' | 'version' | 'window'>
type Kept = Extract<EngineEvent, { type: 'messages.kept' }>
type ReceiptMoved = Extract<EngineEvent, { type: 'receipt.moved' }>

/** What a page of a room that is gone shows no longer: the messages, and the ways to those before and after them. */
export const goneWithTheRoom = ['list', 'earlier', 'later', 'jump']

const nothing = { delivered: 0, seen: 0 }

/** The open room of a page: turns what happens in it into fragments. Keeps no message. */
export class RoomPane {
  readonly roomId: RoomId
  readonly #page: PageRenderer
  readonly #connectionId: string
  readonly #push: (html: string, isCatchUp?: boolean) => void
  readonly #announcements: Announcements
  #otherId: UserId = ''
  #otherName = ''
  #epoch = ''
  #version = -1
  #cursors: BothCursors = { mine: nothing, theirs: nothing }
  #last: Predecessor | null = null
  readonly #window = new RoomWindow()
  #lifetime: LifetimeChange | null = null
  #showsNote = false
  readonly #awaitTurn: () => Promise<void>
  readonly #warning: ExpiryWarning
  #isGone = false

  /**
   * @param connectionId changes with every connection: what must be reported anew is rendered with it
   * @param awaitTurn resolves when a catch-up may begin that is not the first of its connection
   */
  constructor(
    roomId: RoomId,
    page: PageRenderer,
    connectionId: string,
    push: (html: string, isCatchUp?: boolean) => void,
    announced: readonly AnnouncementKind[],
    awaitTurn: () => Promise<void>,
  ) {
    this.roomId = roomId
    this.#awaitTurn = awaitTurn
    this.#page = page
    this.#connectionId = connectionId
    this.#push = push
    this.#announcements = new Announcements(
      page.context,
      announced,
      html => push(fragment('announcer', 'beforeend', html)),
      () => push(fragment('announcer', 'innerHTML')),
    )
    this.#warning = new ExpiryWarning(page.lifetime, push)
  }

  get otherName(): string {
    return this.#otherName
  }

  get otherId(): UserId {
    return this.#otherId
  }

  /** The life, version and window that the page shows; null when the room is gone. */
  get shown(): Shown {
    if (this.#isGone) return { epoch: null, version: 0, window: null }
    return { epoch: this.#epoch, version: this.#version, window: this.#window.shown }
  }

  /**
   * Brings the list of messages up to date; nothing is pushed when the page shows what the server has.
   * @throws ChatError `not_found`
   */
  async catchUp(shown: Shown, again: boolean): Promise<void> {
    if (shown.window) this.#window.begin(shown.window)
    const { view, otherName } = await this.#page.readRoom(this.roomId, shown.window ? this.#window.ask : undefined)
    this.#window.adopt(view)
    this.#otherId = view.otherId
    this.#otherName = otherName
    const isOnline = await this.#page.isOnline(view.otherId)
    this.#announcements.begin(otherName, isOnline)
    this.#epoch = view.epoch
    this.#version = view.version
    this.#cursors = { mine: view.mine, theirs: view.theirs }
    const last = view.messages.at(-1)
    this.#lifetime = view.lifetime
    const note = this.#page.lifetime.renderNote(view.lifetime, view.newestSeq, otherName)
    this.#showsNote = note !== ''
    const differs = view.epoch !== shown.epoch || view.version !== shown.version
    this.#last = last ? { senderId: last.senderId, sentAt: last.sentAt } : null
    if (differs) {
      this.#push(
        fragment('list', 'innerMorph', await this.#page.renderMessages(view, otherName, this.#connectionId)),
        true,
      )
      if (view.standing === null) this.#push(fragment('earlier', 'innerMorph', this.#page.renderEarlier(view)))
      if (!(shown.window?.isOpenEnded && this.#window.shown.isOpenEnded)) this.#pushLater()
      // While nobody has ever chosen, every page shows the server's own.
      if (view.lifetime) {
        await this.#pushLifetime(view.lifetime)
        this.#pushNote(note)
      }
    } else if (again) await this.#pushUnseen(view)
    this.#warning.catchUp(this.#page.expiringOf(view), differs)
    if (again) this.#announcements.addMissed(countMissed(view))
  }

  /** The same for a page whose version says nothing. */
  async catchUpAnew(again: boolean): Promise<void> {
    await this.#awaitTurn()
    await this.catchUp({ epoch: null, version: -1, window: this.#window.shown }, again)
  }

  /** The other person has come or gone. */
  async takePresence(isOnline: boolean): Promise<void> {
    this.#announcements.notePresence(isOnline)
    await this.pushPresence()
  }

  /** The line "Online", anew. */
  async pushPresence(): Promise<void> {
    const lifetimeMs = this.#page.lifetime.current(this.#lifetime)
    this.#push(fragment('presence', 'outerMorph', await this.#page.renderPresence(this.#otherId, lifetimeMs)))
  }

  /** @param isPaused whether earlier events were held back, so that this one's version says nothing */
  async take(event: RoomEvent, shared: SharedRenderings, isPaused = false): Promise<void> {
    if (this.#isGone || event.roomId !== this.roomId) return
    if (event.type === 'room.dissolved') return this.#takeDissolved(event)
    if (event.type === 'typing.changed') return this.#takeTyping(event.userId, event.isTyping)
    if (event.type === 'messages.expiring') return this.#warning.add(event.messages)
    if (event.type === 'receipt.noted' || event.version <= this.#version) return
    if (!isPaused && event.version !== this.#version + 1) return this.catchUpAnew(false)
    if (!isPaused) this.#version = event.version
    if (event.type === 'message.sent') this.#takeMessage(event.message, shared, isPaused)
    if (event.type === 'receipt.moved') await this.#takeReceipt(event, shared)
    if (event.type === 'message.removed') {
      for (const { id } of event.messages) {
        this.#announcements.drop(id)
        this.#push(fragment(`m-${id}`, 'delete'))
      }
      this.#warning.drop(event.messages)
      if (this.#window.drop(event.messages.map(({ seq }) => seq))) this.#pushLater()
    }
    if (event.type === 'messages.kept') await this.#takeKept(event, shared)
    if (event.type === 'lifetime.changed') await this.#takeLifetime(event)
  }

  stop(): void {
    this.#announcements.stop()
  }

  /** A report may have been lost with an earlier line: rendered with a new key, the unseen messages report once more. */
  async #pushUnseen(view: RoomView): Promise<void> {
    const unseen = view.messages.filter(({ senderId, seq }) => senderId === view.otherId && seq > view.mine.seen)
    await this.#pushArticles(unseen, message =>
      this.#page.renderArticle(message, this.#otherName, view, this.#connectionId),
    )
  }

  /** The way to what the page does not show after its window. */
  #pushLater(): void {
    const { shown, later } = this.#window
    this.#push(fragment('later', 'innerMorph', this.#page.renderLater(this.roomId, shown)))
    this.#push(fragment('jump', 'innerMorph', this.#page.renderJump(this.roomId, later)))
  }

  #takeMessage(message: Message, shared: SharedRenderings, isPaused: boolean): void {
    if (message.senderId === this.#otherId) this.#announcements.add(message)
    else {
      this.#announcements.noteSent()
      this.#push(fragment(`p-${message.nonce}`, 'delete'))
    }
    if (!this.#window.add(message.seq, !isPaused)) {
      this.#push(fragment('later-count', 'innerHTML', String(this.#window.later)))
      return
    }
    const row = this.#renderOnce(`row ${message.id}`, shared, cursors =>
      this.#page.renderRow(message, this.#otherName, cursors, 'push', this.#last),
    )
    this.#last = { senderId: message.senderId, sentAt: message.sentAt }
    this.#push(fragment('list', 'beforeend', row))
    if (this.#showsNote) this.#pushNote('')
  }

  async #takeLifetime({ lifetimeMs, byId }: LifetimeChange): Promise<void> {
    const change = { lifetimeMs, byId }
    await this.#pushLifetime(change)
    const sentence = this.#page.lifetime.sayChange(change, this.#otherName)
    this.#pushNote(renderPartial('sentence', this.#page.context, { sentence }))
    this.#announce(sentence)
  }

  async #pushLifetime(lifetime: LifetimeChange): Promise<void> {
    this.#lifetime = lifetime
    await this.pushPresence()
    this.#push(fragment('about', 'innerHTML', this.#page.lifetime.renderAbout(lifetime)))
    this.#push(fragment('lifetime', 'outerMorph', this.#page.lifetime.renderChoices(lifetime)))
  }

  #pushNote(html: string): void {
    this.#showsNote = html !== ''
    this.#push(fragment('lifetime-note', 'innerHTML', html))
  }

  #announce(sentence: string): void {
    this.#push(fragment('announcer', 'beforeend', renderPartial('announcement', this.#page.context, { sentence })))
  }

  async #takeKept({ messages, byId }: Kept, shared: SharedRenderings): Promise<void> {
    await this.#pushChanged(messages, shared)
    this.#warning.drop(messages)
    this.#announce(this.#page.lifetime.sayKept(byId, this.#otherName))
  }

  /** Messages that changed, at once where a page shows no more of them. */
  async #pushChanged(messages: readonly Message[], shared: SharedRenderings): Promise<void> {
    // It shows fewer of them, and is caught up with at the cost of what it shows.
    if (messages.length > mostWindow) return this.catchUpAnew(false)
    await this.#pushArticles(messages, message =>
      this.#renderOnce(`article ${message.id}`, shared, cursors =>
        this.#page.renderArticle(message, this.#otherName, cursors, 'push'),
      ),
    )
  }

  async #pushArticles(messages: readonly Message[], render: (message: Message) => string): Promise<void> {
    const articles = await renderInParts(this.#page.viewer.userId, messages, render)
    for (const [index, { id }] of messages.entries()) {
      this.#push(fragment(`a-${id}`, 'outerMorph', articles[index]), messages.length > 1)
    }
  }

  async #takeReceipt(event: ReceiptMoved, shared: SharedRenderings): Promise<void> {
    if (event.userId !== this.#otherId) {
      this.#cursors = { ...this.#cursors, mine: event.after }
      return
    }
    this.#cursors = { ...this.#cursors, theirs: event.after }
    await this.#pushChanged(event.messages, shared)
  }

  /** Rendered once for all pages of a viewer: they show the same. */
  #renderOnce(what: string, shared: SharedRenderings, render: (cursors: BothCursors) => string): string {
    const { userId, language, zone } = this.#page.viewer
    const key = `${what} ${userId} ${language} ${zone}`
    const known = shared.get(key)
    if (known !== undefined) return known
    const html = render(this.#cursors)
    shared.set(key, html)
    return html
  }

  #takeTyping(userId: UserId, isTyping: boolean): void {
    if (userId !== this.#otherId) return
    this.#announcements.noteTyping(isTyping)
    const sentence = isTyping ? this.#page.context.t('chat.typing', { name: this.#otherName }) : ''
    this.#push(fragment('typing', 'innerHTML', renderPartial('typing', this.#page.context, { sentence })))
  }

  #takeDissolved(event: Dissolved): void {
    this.#isGone = true
    this.#announcements.dropAll()
    const { t } = this.#page.context
    const name = this.#otherName
    const ended = event.byId === this.#otherId ? t('gone.ended', { name }) : t('gone.endedByYou')
    const deleted = t('gone.deleted', { name })
    const reasons = { ended, away: t('gone.away'), account_deleted: deleted, empty: t('gone.empty') }
    if (this.#showsNote) this.#pushNote('')
    this.#warning.forget()
    // A warning is not shown over an empty list.
    for (const id of [...goneWithTheRoom, 'typing']) this.#push(fragment(id, 'innerHTML'))
    this.#push(
      fragment(
        'gone',
        'innerHTML',
        renderPartial('gone', this.#page.context, { reason: reasons[event.reason], goesOn: false }),
      ),
    )
  }
}

/** How many messages of the other's no page of this person's had before: those that came while the line was away. */
function countMissed({ messages, otherId, mine }: RoomView): number {
  return messages.filter(({ senderId, seq }) => senderId === otherId && seq > mine.delivered).length
}
