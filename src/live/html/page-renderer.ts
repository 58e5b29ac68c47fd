import type { Clock } from '../../chat/clock.js'
import {
  type Engine,
  type Message,
  type RoomId,
  type RoomSummary,
  type RoomView,
  type UserId,
  usualWindow,
  type WindowAsk,
} from '../../chat/engine.js'
import { digestOf, hashItem, renderChatItem } from '../../rendering/chat-list.js'
import { type MessageContext, type Predecessor, placeMessage, viewMessage } from '../../rendering/message-view.js'
import { renderInParts } from '../../rendering/render-turns.js'
import { renderPartial, type ViewContext, type Viewer, viewContext } from '../../rendering/renderer.js'
import { formatState, type PageState, type PageWindow } from './page-state.js'
import { type LifetimeRules, RoomLifetime } from './room-lifetime.js'

/** What pages show of other people. */
export type NamesOf = (userIds: readonly UserId[]) => Promise<ReadonlyMap<UserId, string>>

export interface PageRendererDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly namesOf: NamesOf
  readonly isTyping: (roomId: RoomId, userId: UserId) => boolean
  readonly lifetimeRules: LifetimeRules
  /** Tells this run of the server from those before it. */
  readonly serverId: string
}

/** How far both people of a room have got, and what is to be reported of it. */
export type BothCursors = Pick<MessageContext, 'mine' | 'theirs' | 'deliversFrom'>

/** The list of chats, with what a page notes of it. */
export interface RenderedList {
  readonly html: string
  readonly digest: string
  /** What each line shows, short, from the top. */
  readonly hashes: Map<RoomId, string>
  /** Messages not yet seen, of all chats. */
  readonly unread: number
  /** The link to the chats that follow; '' when there are none. */
  readonly more: string
}

/** A room beside the name of its other person. */
export interface NamedRoom {
  readonly view: RoomView
  readonly otherName: string
}

/**
 * Renders the living parts of a page for one viewer: the page load, the push and the catch-up all come from here, so
 * that they cannot differ.
 */
export class PageRenderer {
  readonly context: ViewContext
  readonly viewer: Viewer
  readonly lifetime: RoomLifetime
  readonly #deps: PageRendererDeps

  constructor(deps: PageRendererDeps, viewer: Viewer) {
    this.#deps = deps
    this.viewer = viewer
    this.context = viewContext(viewer)
    this.lifetime = new RoomLifetime(deps.lifetimeRules, this.context, viewer)
  }

  /**
   * Reads a room for this viewer; a `visit` unless told.
   * @throws ChatError `not_found`
   */
  async readRoom(roomId: RoomId, ask?: WindowAsk): Promise<NamedRoom> {
    const view = await this.#deps.engine.readRoom(roomId, this.viewer.userId, ask)
    return { view, otherName: await this.nameOf(view.otherId) }
  }

  async nameOf(userId: UserId): Promise<string> {
    return (await this.#deps.namesOf([userId])).get(userId) ?? ''
  }

  /** One message without its place in the list. `reportKey`: its reports go out again when the page has another. */
  renderArticle(message: Message, otherName: string, cursors: BothCursors, reportKey: string): string {
    return renderPartial('article', this.context, this.#viewMessage(message, otherName, cursors, reportKey))
  }

  /** One message as a row of the list, after the one before it. */
  renderRow(
    message: Message,
    otherName: string,
    cursors: BothCursors,
    reportKey: string,
    before: Predecessor | null,
  ): string {
    const view = this.#viewMessage(message, otherName, cursors, reportKey)
    return renderPartial('message', this.context, {
      ...view,
      ...placeMessage(message, before, this.context, this.#deps.clock),
    })
  }

  /** The messages of a window, in order. Those that the page has already before them are left standing. */
  async renderMessages(view: RoomView, otherName: string, reportKey: string): Promise<string> {
    const { messages, standing, mine, theirs } = view
    const deliversFrom = messages.findLast(({ senderId }) => senderId === view.otherId)?.seq ?? 0
    const cursors = { mine, theirs, deliversFrom }
    const isContinued = standing !== null && standing.length > 0
    const first = isContinued ? view.previous : null
    const rendered = await renderInParts(this.viewer.userId, messages, (message, index) =>
      this.renderRow(message, otherName, cursors, reportKey, messages[index - 1] ?? first),
    )
    // Rendering may have waited for that of others, and what is gone meanwhile must not go out.
    const now = this.#deps.clock.now()
    const rows = rendered.filter((_, index) => (messages[index]?.expiresAt ?? 0) > now)
    if (!isContinued) return rows.join('')
    const ranges = standing.map(({ from, to }) => `${from}-${to}`).join(' ')
    return renderPartial('standing', this.context, { ranges, cursors: theirs }) + rows.join('')
  }

  /** The day of a message, as its heading has it. */
  dayOf({ sentAt }: Message): string {
    return this.context.times.day(this.#deps.clock.wallTimeOf(sentAt))
  }

  /** The link to the messages before those shown, hidden when there are none. `isFramed`: it leads out of a frame. */
  renderEarlier({ id, messages, previous }: RoomView, isFramed = false): string {
    const seq = previous === null ? 0 : (messages[0]?.seq ?? previous.seq + 1)
    return renderPartial('earlier', this.context, { roomId: id, seq, isFramed })
  }

  /** The link to the messages after those shown; '' when there are none. */
  renderLater(roomId: RoomId, { to, isOpenEnded }: PageWindow, isFramed = false): string {
    return isOpenEnded ? '' : renderPartial('later', this.context, { roomId, seq: to, isFramed })
  }

  /** What leads to the newest message: `later` messages are not shown before it. */
  renderJump(roomId: RoomId, later: number): string {
    return renderPartial('jump', this.context, { roomId, later })
  }

  /** Those of a room's messages that are about to go and may be kept. */
  expiringOf({ messages }: RoomView): Message[] {
    return this.lifetime.expiring(messages, this.#deps.clock.now())
  }

  #viewMessage(message: Message, otherName: string, cursors: BothCursors, reportKey: string) {
    const room = { ...cursors, userId: this.viewer.userId, otherName, clock: this.#deps.clock }
    return { ...viewMessage(message, room, this.context), reportKey }
  }

  /** Whether the other person is here; false for somebody who is not known. */
  async isOnline(otherId: UserId): Promise<boolean> {
    return (await this.#deps.engine.readPresence(this.viewer.userId, [otherId])).get(otherId)?.isOnline ?? false
  }

  /** The button that holds back what is new, or lets it come again. */
  renderPause(roomId: RoomId, isPaused: boolean): string {
    return renderPartial('pause', this.context, { roomId, isPaused })
  }

  /** "Online", or since when not, beside how long messages live. */
  async renderPresence(otherId: UserId, lifetimeMs: number): Promise<string> {
    const presence = (await this.#deps.engine.readPresence(this.viewer.userId, [otherId])).get(otherId)
    const { t, times } = this.context
    const { clock } = this.#deps
    const near = clock.wallTimeOf(clock.now())
    const since = presence?.lastSeen
      ? t('chat.lastSeen', { time: times.hour(clock.wallTimeOf(presence.lastSeen), { near }) })
      : t('chat.offline')
    const isOnline = presence?.isOnline ?? false
    const text = isOnline ? t('chat.online') : since
    return renderPartial('presence', this.context, { isOnline, text, lifetime: times.length(lifetimeMs), lifetimeMs })
  }

  /** What a page shows, as it says it when it connects. */
  formatState(state: Omit<PageState, 'server' | 'language'>): string {
    return formatState({ ...state, server: this.#deps.serverId, language: this.viewer.language })
  }

  /**
   * What a page is told whose room is not there: after a restart of the server it goes on by itself, since nobody meant
   * the chat to end.
   */
  renderGone(shown: PageState): string {
    const goesOn = shown.server !== this.#deps.serverId
    const reason = this.context.t(goesOn ? 'gone.restarted' : 'gone.erased')
    return renderPartial('gone', this.context, { reason, goesOn })
  }

  /** How many messages wait to be seen, in all chats together. */
  async countUnread(): Promise<number> {
    return (await this.#deps.engine.listRooms(this.viewer.userId, { limit: 0 })).unread
  }

  /** One line of the list of chats. */
  async renderItem(summary: RoomSummary, currentRoomId: RoomId | null): Promise<string> {
    const [item = ''] = await this.#renderItems([summary], currentRoomId)
    return item
  }

  /**
   * The list of chats, a short form of each line in their order, and one of them all.
   * @param before the room behind which the list begins, for one that does not begin with the newest
   */
  async renderList(currentRoomId: RoomId | null, before?: RoomId): Promise<RenderedList> {
    const ask = { limit: usualWindow, before }
    const { rooms, unread, hasEarlier } = await this.#deps.engine.listRooms(this.viewer.userId, ask)
    const items = await this.#renderItems(rooms, currentRoomId)
    const hashes = new Map(rooms.map(({ id }, index) => [id, hashItem(items[index] ?? '')]))
    const more = this.renderMore(hasEarlier ? (rooms.at(-1)?.id ?? '') : '')
    return { html: items.join(''), hashes, digest: digestOf(hashes.values()), unread, more }
  }

  /** The link to the chats behind one, '' for none. */
  renderMore(before: RoomId): string {
    return renderPartial('more-chats', this.context, { before })
  }

  async #renderItems(summaries: readonly RoomSummary[], currentRoomId: RoomId | null): Promise<string[]> {
    const others = summaries.map(summary => summary.otherId)
    const [names, presences] = await Promise.all([
      this.#deps.namesOf(others),
      this.#deps.engine.readPresence(this.viewer.userId, others),
    ])
    return renderInParts(this.viewer.userId, summaries, summary =>
      renderChatItem(summary, this.viewer, this.context, {
        name: names.get(summary.otherId) ?? '',
        presence: presences.get(summary.otherId) ?? null,
        isTyping: this.#deps.isTyping(summary.id, summary.otherId),
        currentRoomId,
        clock: this.#deps.clock,
      }),
    )
  }
}
