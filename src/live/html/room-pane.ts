// Long because every kind of event of a room is shown by it.
import type { AnnouncementKind } from '../../accounts/settings.js'
import type { Answer } from '../../chat/answer.js'
import {
  type EngineEvent,
  type Message,
  mostWindow,
  type RoomId,
  type RoomView,
  type TimelineEvent,
} from '../../chat/engine.js'
import { sayEvent } from '../../rendering/timeline-view.js'
import type { SharedRenderings } from '../client/shared-renderings.js'
import { Announcements } from './announcements.js'
import { ExpiryWarning } from './expiry-warning.js'
import { fragment, idFragment } from './fragments.js'
import type { PageRenderer } from './page-renderer.js'
import type { PageState } from './page-state.js'
import { RoomHead } from './room-head.js'
import { RoomMessages } from './room-messages.js'

type EventOf<T extends EngineEvent['type']> = Extract<EngineEvent, { type: T }>
type Shown = Pick<PageState, 'epoch' | 'version' | 'window' | 'vanished'>

/** What a page no longer shows once its room is gone: the messages, the ways to those before and after them, and what is answered. */
export const goneWithTheRoom = ['list', 'earlier', 'later', 'jump', 'replying']

/** The open room of a page: turns its events into fragments. Keeps no message. */
export class RoomPane {
  readonly roomId: RoomId
  readonly #page: PageRenderer
  readonly #push: (html: string, isCatchUp?: boolean) => void
  readonly #inTurn: (catchUp: () => Promise<void>) => Promise<void>
  readonly #head: RoomHead
  readonly #messages: RoomMessages
  readonly #announcements: Announcements
  readonly #warning: ExpiryWarning
  #epoch = ''
  #version = -1
  #isGone = false

  /**
   * @param connectionId another for each connection: the page reports again what is rendered with it
   * @param inTurn makes a further catch-up of this connection once that may begin
   */
  constructor(
    roomId: RoomId,
    page: PageRenderer,
    connectionId: string,
    push: (html: string, isCatchUp?: boolean) => void,
    announced: readonly AnnouncementKind[],
    inTurn: (catchUp: () => Promise<void>) => Promise<void>,
  ) {
    this.roomId = roomId
    this.#page = page
    this.#push = push
    this.#inTurn = inTurn
    this.#head = new RoomHead(page, push)
    this.#messages = new RoomMessages(page, roomId, connectionId, push)
    this.#announcements = new Announcements(
      page.context,
      announced,
      html => push(fragment('announcer', 'beforeend', html)),
      () => push(fragment('announcer', 'innerHTML')),
    )
    this.#warning = new ExpiryWarning(page.lifetime, push)
  }

  get otherName(): string {
    return this.#head.otherName
  }

  /** Whether a new message of the room stands on the page, which then reports it itself. */
  get showsNewest(): boolean {
    return !this.#isGone && this.#messages.window.later === 0
  }

  /** The epoch, version and window that the page shows; null when the room is gone. */
  get shown(): Shown {
    if (this.#isGone) return { epoch: null, version: 0, window: null, vanished: null }
    const { window, vanished } = this.#messages.shown
    return { epoch: this.#epoch, version: this.#version, window, vanished }
  }

  /**
   * Brings the page up to date; nothing is pushed if it shows what the server has.
   * @throws ChatError `not_found`
   */
  async catchUp(shown: Shown, again: boolean): Promise<void> {
    const { window } = this.#messages
    this.#messages.begin(shown)
    this.#head.expectView()
    const { view, otherName } = await this.#page.readRoom(this.roomId, shown.window ? window.ask : undefined)
    this.#messages.adopt(view, otherName)
    this.#head.adopt(view, otherName)
    this.#announcements.begin(otherName, this.#head.isOnline)
    this.#epoch = view.epoch
    this.#version = view.version
    const differs = view.epoch !== shown.epoch || view.version !== shown.version
    if (differs) {
      await this.#messages.pushAll(view, shown.window)
      this.#head.pushChoices()
    } else if (again) await this.#messages.pushUnseen(view)
    this.#warning.catchUp(view.expiring, differs)
    if (again) this.#announcements.addMissed(countMissed(view))
  }

  /** Brings a page up to date whose version cannot be compared. */
  async catchUpAnew(again: boolean): Promise<void> {
    await this.#inTurn(() => this.catchUp({ epoch: null, version: -1, ...this.#messages.shown }, again))
  }

  /** Brings a page up to date that may not have heard of everything. @throws ChatError `not_found` */
  async catchUpMissed(): Promise<void> {
    if (this.#isGone) return
    await this.#inTurn(async () => {
      if (!this.#isGone) await this.catchUp(this.shown, true)
    })
  }

  /** Notes what an event says of the other, at once, even if the page does not show the event. */
  note(event: EngineEvent): void {
    if (event.roomId === this.roomId) this.#head.note(event.summary)
  }

  /** Pushes the line with the other's presence. */
  pushPresence(): void {
    if (!this.#isGone) this.#head.pushPresence()
  }

  /** @param isPaused whether earlier events were held back, so that the version of this one says nothing */
  take(event: EngineEvent, shared: SharedRenderings, isPaused = false): Answer<void> {
    if (this.#isGone || event.roomId !== this.roomId) return
    switch (event.type) {
      case 'room.dissolved':
        return this.#takeDissolved(event)
      case 'typing.changed':
        this.#announcements.noteTyping(event.isTyping)
        return this.#head.showTyping(event.isTyping)
      case 'presence.changed':
        this.#announcements.notePresence(event.presence.isOnline)
        return this.#head.pushPresence()
      case 'messages.expiring':
        return this.#warning.replace(event.messages)
      case 'receipt.noted':
        return
    }
    if (event.version <= this.#version) return
    // An event between was lost: only reading brings what it said.
    if (!isPaused && event.version !== this.#version + 1) return this.catchUpAnew(false)
    if (!isPaused) this.#version = event.version
    switch (event.type) {
      case 'message.sent':
        return this.#takeMessage(event.message, shared, !isPaused)
      case 'receipt.moved':
        this.#messages.noteCursors(event.userId, event.after)
        return event.userId === this.#page.viewer.userId ? undefined : this.#pushStatuses(event.messages)
      case 'message.removed':
        return this.#takeRemoved(event)
      case 'messages.kept':
        return this.#takeKept(event, shared)
      case 'lifetime.changed':
        this.#head.takeLifetime(event)
        this.#takeTimeline(event.timeline)
        return this.#pushNewEnds(event.messages, shared)
      case 'erasure.changed':
        this.#head.takeErasure(event)
        return this.#takeTimeline(event.timeline)
      case 'room.opened':
        return
      default:
        event satisfies never
    }
  }

  stop(): void {
    this.#announcements.stop()
  }

  #takeMessage(message: Message, shared: SharedRenderings, isGapless: boolean): void {
    if (message.senderId !== this.#page.viewer.userId) this.#announcements.add(message)
    else {
      this.#announcements.noteSent()
      this.#push(idFragment(`p-${message.nonce}`, 'delete'))
    }
    this.#messages.add(message, shared, isGapless)
  }

  #takeRemoved(event: EventOf<'message.removed'>): void {
    for (const { id } of event.messages) this.#announcements.drop(id)
    this.#messages.drop(event)
    this.#warning.drop(event.messages)
  }

  async #takeKept({ messages, reason, timeline }: EventOf<'messages.kept'>, shared: SharedRenderings): Promise<void> {
    await this.#pushNewEnds(messages, shared)
    if (reason === 'seen') return
    this.#warning.drop(messages)
    this.#takeTimeline(timeline)
  }

  /** Messages that go at another time, which their quotes do too. */
  async #pushNewEnds(messages: readonly Message[], shared: SharedRenderings): Promise<void> {
    await this.#pushChanged(messages, shared)
    this.#messages.pushQuotes(messages)
  }

  /** One's own messages that have come further; more than a page shows are caught up with. */
  #pushStatuses(messages: readonly Message[]): Answer<void> {
    if (messages.length > mostWindow) return this.catchUpAnew(false)
    this.#messages.pushStatuses(messages)
  }

  /** Messages that have changed; more than a page shows are caught up with, at the cost of what it does show. */
  async #pushChanged(messages: readonly Message[], shared: SharedRenderings): Promise<void> {
    if (messages.length > mostWindow) return this.catchUpAnew(false)
    await this.#messages.pushChanged(messages, shared)
  }

  #takeTimeline(event: TimelineEvent | null): void {
    if (event === null) return
    this.#messages.addEvent(event)
    const { context, viewer } = this.#page
    this.#announcements.noteEvent(event, viewer.userId, sayEvent(event, context, viewer, this.#head.otherName))
  }

  #takeDissolved(event: EventOf<'room.dissolved'>): void {
    this.#isGone = true
    this.#announcements.dropAll()
    this.#warning.forget()
    // An empty list needs no warning.
    for (const id of [...goneWithTheRoom, 'typing']) this.#push(fragment(id, 'innerHTML'))
    this.#head.showGone(event)
  }
}

/** How many messages of the other's no page of this person's had before: those that came while the connection was lost. */
function countMissed({ messages, otherId, mine }: RoomView): number {
  return messages.filter(({ senderId, seq }) => senderId === otherId && seq > mine.delivered).length
}
