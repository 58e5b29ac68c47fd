// Long because page load, push and catch-up share one renderer; the list and the lifetime have theirs beside it.
import type { Clock } from '../../chat/clock.js'
import {
  type Cursors,
  type Message,
  type MessageId,
  type MessageStatus,
  messageStatusOf,
  type Presence,
  type Quote,
  type RoomId,
  type RoomView,
  type TimelineEvent,
  type UserId,
  type Vanished,
  type VanishedTotals,
  type WindowAsk,
} from '../../chat/engine.js'
import { CutPartial } from '../../rendering/cut-partial.js'
import { sayEnding } from '../../rendering/ending-view.js'
import {
  type MessageContext,
  type MessageData,
  type MessagePlace,
  type Predecessor,
  placeMessage,
  viewMessage,
  viewQuote,
} from '../../rendering/message-view.js'
import { type PageName, pageTitles } from '../../rendering/page-titles.js'
import { renderInParts } from '../../rendering/render-turns.js'
import { renderPartial, renderPrepared, type ViewContext, type Viewer, viewContext } from '../../rendering/renderer.js'
import { predecessorOf, rowsOf, sayEvent } from '../../rendering/timeline-view.js'
import { KnownNames, type NamesOf } from '../client/known-names.js'
import { fragment } from './fragments.js'
import { ListRenderer, type ListRendererDeps } from './list-renderer.js'
import { formatState, type PageState, type PageWindow } from './page-state.js'
import { type LifetimeRules, RoomLifetime } from './room-lifetime.js'
import { joinRows, renderVanished, shownTotals } from './rows-beside.js'

export interface PageRendererDeps extends ListRendererDeps {
  readonly clock: Clock
  readonly namesOf: NamesOf
  readonly hasBlocked: (userId: UserId, otherId: UserId) => Promise<boolean>
  readonly lifetimeRules: LifetimeRules
  /** Identifies this run of the server. */
  readonly serverId: string
}

/** The cursors of both people of a room, and from which message on delivery is to be reported. */
export type BothCursors = Pick<MessageContext, 'mine' | 'theirs' | 'deliversFrom'>

const pushedStatus = (status: MessageStatus) => new CutPartial('status', id => ({ id, status, isPushed: true }))
const pushedStatuses = {
  sent: pushedStatus('sent'),
  delivered: pushedStatus('delivered'),
  seen: pushedStatus('seen'),
}

/** A room and the name of its other person. */
export interface NamedRoom {
  readonly view: RoomView
  readonly otherName: string
}

/**
 * Renders the parts of a page that change, for one viewer: the page load, the push and the catch-up all use it, so that
 * they cannot differ.
 */
export class PageRenderer {
  readonly context: ViewContext
  readonly viewer: Viewer
  readonly lifetime: RoomLifetime
  readonly list: ListRenderer
  readonly #deps: PageRendererDeps
  readonly #names: KnownNames
  readonly #openSeq: number | null

  /** @param openSeq the `seq` of the message whose menu stands open, for a page without a script */
  constructor(deps: PageRendererDeps, viewer: Viewer, openSeq: number | null = null) {
    this.#openSeq = openSeq
    this.#deps = deps
    this.viewer = viewer
    this.context = viewContext(viewer)
    this.lifetime = new RoomLifetime(deps.lifetimeRules, this.context)
    this.#names = new KnownNames(deps.namesOf)
    this.list = new ListRenderer(deps, viewer, this.context, this.#names)
  }

  /**
   * Reads a room for this viewer; a `visit` unless told.
   * @throws ChatError `not_found`
   */
  async readRoom(roomId: RoomId, ask?: WindowAsk): Promise<NamedRoom> {
    const view = await this.#deps.rooms.reads.readRoom(roomId, this.viewer.userId, ask)
    const names = await this.#names.of([view.otherId])
    return { view, otherName: names.get(view.otherId) ?? '' }
  }

  /** A message without its list row. A new `reportKey` makes the page report delivery again. */
  renderArticle(message: Message, otherName: string, cursors: BothCursors, reportKey: string): string {
    return renderPrepared('article', this.#viewMessage(message, otherName, cursors, reportKey))
  }

  /**
   * A message as a row of the list. The message before it decides about day and run.
   * @param newestSeq of the viewer's own messages on the page; of one that comes as it is sent, its own
   */
  renderRow(
    message: Message,
    otherName: string,
    cursors: BothCursors,
    reportKey: string,
    before: Predecessor | null,
    newestSeq = message.seq,
  ): string {
    const { userId } = this.viewer
    const join = placeMessage(message, before, userId, this.context, this.#deps.clock)
    const place = { ...join, isNewest: message.senderId === userId && message.seq === newestSeq }
    return renderPrepared('message', this.#viewMessage(message, otherName, cursors, reportKey, place))
  }

  /** How far one's own message has come, in the place of what was shown before; nothing else of it is sent. */
  renderStatus(message: Message, theirs: Cursors): string {
    return pushedStatuses[messageStatusOf(message, theirs)].render(this.context, message.id)
  }

  /** Something that happened, as a row of the list. */
  renderEvent(event: TimelineEvent, otherName: string, before: Predecessor | null): string {
    const { clock } = this.#deps
    const { day } = placeMessage(predecessorOf({ event }), before, this.viewer.userId, this.context, clock)
    const sentence = sayEvent(event, this.context, this.viewer, otherName)
    const remainingMs = Math.max(0, event.expiresAt - clock.now())
    return renderPartial('event', this.context, { id: event.id, day, sentence, remainingMs })
  }

  /**
   * The messages of a window and what happened among them, in order. Those before them that the page has already stay as they are.
   * @param before up to which totals the counts of vanished messages had been shown before the page
   */
  async renderMessages(
    view: RoomView,
    otherName: string,
    reportKey: string,
    before = shownTotals(view.vanished),
  ): Promise<string> {
    const { messages, survivors, mine, theirs } = view
    const deliversFrom = messages.findLast(({ senderId }) => senderId === view.otherId)?.seq ?? 0
    const newestSeq = messages.findLast(({ senderId }) => senderId !== view.otherId)?.seq
    const cursors = { mine, theirs, deliversFrom }
    const isContinued = survivors !== null && survivors.length > 0
    const first = isContinued ? view.previous : null
    const rows = rowsOf(view)
    const rendered = await renderInParts(this.viewer.userId, rows, (row, index) => {
      const last = rows[index - 1]
      const predecessor = last ? predecessorOf(last) : first
      if ('event' in row) return this.renderEvent(row.event, otherName, predecessor)
      return this.renderRow(row.message, otherName, cursors, reportKey, predecessor, newestSeq)
    })
    // Rendering may have waited for that of others, and what has gone since must not be sent.
    const now = this.#deps.clock.now()
    const living = rows.map((row, index) => {
      const html = rendered[index] ?? ''
      if ('event' in row) return { seq: null, html: row.event.expiresAt > now ? html : '' }
      const { seq, expiresAt, replyTo } = row.message
      if (expiresAt <= now) return { seq, html: '' }
      if (replyTo === null || replyTo.expiresAt > now) return { seq, html }
      const last = rows[index - 1]
      const predecessor = last ? predecessorOf(last) : first
      return {
        seq,
        html: this.renderRow({ ...row.message, replyTo: null }, otherName, cursors, reportKey, predecessor, newestSeq),
      }
    })
    const html = joinRows(living, view, before, otherName, reportKey, this.context)
    if (!isContinued) return html
    const ranges = survivors.map(({ from, to }) => `${from}-${to}`).join(' ')
    return renderPartial('survivors', this.context, { ranges, cursors: theirs }) + html
  }

  /** The notice of how many messages vanished before they were seen. A new `reportKey` makes the page report it again. */
  renderVanished(
    whose: keyof Vanished,
    vanished: Vanished,
    before: VanishedTotals,
    otherName: string,
    reportKey: string,
  ): string {
    return renderVanished(whose, vanished, before, otherName, reportKey, this.context)
  }

  /** A quote, as it stands in a reply. */
  renderQuote(quote: Quote, roomId: RoomId, otherName: string): string {
    return renderPartial('quote', this.context, { quote: this.#viewQuote(quote, roomId, otherName) })
  }

  /** What the composer shows of the message that is being answered; '' if this viewer may know of none of that id. */
  async renderReplying(room: NamedRoom, messageId: MessageId): Promise<string> {
    const quote = await this.#readQuote(room, messageId)
    return quote ? renderPartial('replying', this.context, { roomId: room.view.id, quote }) : ''
  }

  /** Has an open page show which message is being answered, and say whose it is. */
  async beginReply(room: NamedRoom, messageId: MessageId): Promise<string> {
    const quote = await this.#readQuote(room, messageId)
    if (!quote) return fragment('replying', 'innerHTML')
    const shown = renderPartial('replying', this.context, { roomId: room.view.id, quote })
    const sentence = quote.to
    const said = renderPartial('announcement', this.context, { sentence })
    return fragment('replying', 'innerHTML', shown) + fragment('announcer', 'beforeend', said)
  }

  async #readQuote({ view: { id: roomId }, otherName }: NamedRoom, messageId: MessageId) {
    if (messageId === '') return null
    const quote = await this.#deps.rooms.reads.readQuote(roomId, this.viewer.userId, messageId)
    return quote && this.#viewQuote(quote, roomId, otherName)
  }

  #viewQuote(quote: Quote, roomId: RoomId, otherName: string) {
    const room = { userId: this.viewer.userId, otherName, clock: this.#deps.clock }
    return viewQuote(quote, roomId, room, this.context.t)
  }

  /** The heading of a message's day. */
  dayOf({ sentAt }: Message): string {
    return this.context.times.day(this.#deps.clock.wallTimeOf(sentAt))
  }

  /**
   * The link to earlier messages, hidden if there are none. `isEmbedded`: the page is in an iframe, which the link
   * leaves.
   */
  renderEarlier({ id, messages, previous }: RoomView, isEmbedded = false): string {
    const seq = previous === null ? 0 : (messages[0]?.seq ?? previous.seq + 1)
    return renderPartial('earlier', this.context, { roomId: id, seq, isEmbedded })
  }

  /** The link to later messages; '' if there are none. */
  renderLater(roomId: RoomId, { to, isOpenEnded }: PageWindow, isEmbedded = false): string {
    return isOpenEnded ? '' : renderPartial('later', this.context, { roomId, seq: to, isEmbedded })
  }

  /** The link to the newest message; `later` messages are not shown. */
  renderJump(roomId: RoomId, later: number): string {
    return renderPartial('jump', this.context, { roomId, later })
  }

  #viewMessage(
    message: Message,
    otherName: string,
    cursors: BothCursors,
    reportKey: string,
    place?: MessagePlace,
  ): MessageData {
    const { mine, theirs, deliversFrom = 0 } = cursors
    const { clock } = this.#deps
    const { userId } = this.viewer
    const room = { mine, theirs, deliversFrom, userId, otherName, clock, reportKey, openSeq: this.#openSeq }
    return viewMessage(message, room, this.context, place)
  }

  /** The button of the menu that pauses or resumes updates. */
  renderPause(roomId: RoomId, isPaused: boolean): string {
    return renderPartial('pause', this.context, { roomId, isPaused })
  }

  /** What brings both buttons up to date on a page. */
  renderPauseAnew(roomId: RoomId, isPaused: boolean): string {
    return (
      fragment('pause', 'outerMorph', this.renderPause(roomId, isPaused)) +
      fragment('paused', 'innerHTML', this.renderPaused(roomId, isPaused))
    )
  }

  /** The button that resumes updates, on the page as long as they are paused; '' while they are not. */
  renderPaused(roomId: RoomId, isPaused: boolean): string {
    return renderPartial('paused', this.context, { roomId, isPaused })
  }

  /**
   * "Online", or since when not; `presence` is null where it may not be seen. `lifetimeMs`: for how long the page goes on
   * trying to send what is not sent.
   */
  renderPresence(presence: Presence | null, lifetimeMs: number): string {
    const { t, times } = this.context
    const { clock } = this.#deps
    const near = clock.wallTimeOf(clock.now())
    const since = presence?.lastSeen
      ? t('chat.lastSeen', { time: times.hour(clock.wallTimeOf(presence.lastSeen), { near }) })
      : t('chat.offline')
    const isOnline = presence?.isOnline ?? false
    const text = isOnline ? t('chat.online') : since
    return renderPartial('presence', this.context, { isOnline, text, lifetimeMs })
  }

  /** The title of a chat's page. */
  titleOf(otherName: string): string {
    const { t } = this.context
    return this.viewer.hidesNames ? t('chat.titleDiscreet') : t('chat.title', { name: otherName })
  }

  /** The title of a page that is not that of a chat. */
  titleOfPage(name: PageName): string {
    return this.context.t(pageTitles[name])
  }

  /** The title of a page, with the number of unread messages. */
  renderTitle(title: string, unread: number): string {
    return renderPartial('title', this.context, { unread, title })
  }

  /** The page's state as a string, which the page sends back when it connects. */
  formatState(state: Omit<PageState, 'server' | 'language'>): string {
    const { epoch, version, digest, window, vanished, isPaused } = state
    const { language } = this.viewer
    return formatState({ server: this.#deps.serverId, epoch, version, digest, language, window, vanished, isPaused })
  }

  /**
   * What a page shows when its room is not there. After a restart of the server it goes on by itself, since nobody meant the
   * chat to end.
   */
  async renderGone(roomId: RoomId | null, shown: PageState): Promise<string> {
    const goesOn = shown.server !== this.#deps.serverId
    const why = goesOn ? { reason: this.context.t('gone.restarted'), isForGood: false } : await this.#whyGone(roomId)
    return renderPartial('gone', this.context, { ...why, goesOn })
  }

  /**
   * What takes the place of a room whose other person this viewer has blocked, the same whether or not the room lives; '' if
   * they have not.
   */
  async renderBlocked(otherId: UserId): Promise<string> {
    if (!(await this.#deps.hasBlocked(this.viewer.userId, otherId))) return ''
    const names = await this.#names.of([otherId])
    return renderPartial('gone-blocked', this.context, { other: { id: otherId, name: names.get(otherId) ?? '' } })
  }

  /** Why a room is gone, as far as that is remembered for this viewer. */
  async sayGone(roomId: RoomId | null): Promise<string> {
    const { reason } = await this.#whyGone(roomId)
    return reason
  }

  /** `isForGood`: the other's account is gone too, so that there can be no new chat. */
  async #whyGone(roomId: RoomId | null): Promise<{ readonly reason: string; readonly isForGood: boolean }> {
    const endings = await this.#deps.rooms.reads.listEndings(this.viewer.userId)
    const ending = endings.find(each => each.roomId === roomId)
    if (!ending) return { reason: this.context.t('gone.erased'), isForGood: false }
    const names = await this.#names.of([ending.otherId])
    const name = names.get(ending.otherId) ?? ''
    return { reason: sayEnding(ending, this.viewer, name, this.context.t), isForGood: name === '' }
  }
}
