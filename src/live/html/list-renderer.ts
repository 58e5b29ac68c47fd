import type { Clock } from '../../chat/clock.js'
import { type Ending, type RoomId, type RoomSummary, type UserId, usualWindow } from '../../chat/engine.js'
import type { Rooms } from '../../chat/rooms.js'
import {
  type ChatItemContext,
  digestOf,
  factsOf,
  hashEndings,
  hashItem,
  type ItemFacts,
  renderChatItem,
  renderChatLine,
  undeliveredIn,
  unreadText,
} from '../../rendering/chat-list.js'
import { renderEnding } from '../../rendering/ending-view.js'
import { renderInParts } from '../../rendering/render-turns.js'
import { renderPartial, type ViewContext, type Viewer } from '../../rendering/renderer.js'
import { listReport } from '../client/commands.js'
import type { KnownNames } from '../client/known-names.js'

export interface ListRendererDeps {
  readonly rooms: Pick<Rooms, 'reads'>
  readonly clock: Clock
  readonly isTyping: (roomId: RoomId, userId: UserId) => boolean
}

/** The rendered list of chats, with what a page keeps about it. */
export interface RenderedList {
  readonly html: string
  readonly digest: string
  readonly endings: RenderedEndings
  /** A hash of what each item shows, from the top. */
  readonly hashes: Map<RoomId, number>
  /** Unread messages in all chats. */
  readonly totalUnread: number
  /** Those of them that are not in the page's own room. */
  readonly othersUnread: number
  /** The link to the following chats; '' if there are none. */
  readonly more: string
  /** What reports the messages that it shows as delivered; '' if all are. */
  readonly report: string
}

/** The chats that ended lately. */
export interface RenderedEndings {
  readonly html: string
  /** A hash of what they show; 0 for none. */
  readonly hash: number
}

/** Renders the list of chats for one viewer: for the page load, the push and the catch-up alike. */
export class ListRenderer {
  readonly #deps: ListRendererDeps
  readonly #viewer: Viewer
  readonly #context: ViewContext
  readonly #names: KnownNames

  constructor(deps: ListRendererDeps, viewer: Viewer, context: ViewContext, names: KnownNames) {
    this.#deps = deps
    this.#viewer = viewer
    this.#context = context
    this.#names = names
  }

  /**
   * Reads and renders the list.
   * @param before the room after which the list begins; none for the newest
   */
  async render(currentRoomId: RoomId | null, before?: RoomId): Promise<RenderedList> {
    const ask = { limit: usualWindow, before }
    const { rooms, totalUnread, hasEarlier } = await this.#deps.rooms.reads.listRooms(this.#viewer.userId, ask)
    const items = await this.#renderItems(rooms, { currentRoomId })
    const hashes = new Map(rooms.map(room => [room.id, hashItem(this.factsOf(room, currentRoomId))]))
    const more = this.renderMore(hasEarlier ? (rooms.at(-1)?.id ?? '') : '')
    const endings = await this.renderEndings()
    const digest = digestOf(hashes.values(), endings.hash)
    const ownUnread = rooms.find(({ id }) => id === currentRoomId)?.unread ?? 0
    const othersUnread = totalUnread - ownUnread
    const html = items.reduce((before, item) => before + item, '')
    const report = this.renderReport(rooms)
    return { html, endings, hashes, digest, totalUnread, othersUnread, more, report }
  }

  /** Whether somebody's name was looked up already. */
  knows(otherId: UserId): boolean {
    return this.#names.known(otherId) !== undefined
  }

  /** Looks up the name of somebody who is new to the page; null if they are not. To be done before the chat is rendered. */
  meet(otherId: UserId): Promise<unknown> | null {
    return this.knows(otherId) ? null : this.#names.of([otherId])
  }

  /** What the item of a chat shows. */
  factsOf(summary: RoomSummary, currentRoomId: RoomId | null): ItemFacts {
    return factsOf(summary, this.#context, this.#itemOf(summary, { currentRoomId }))
  }

  /** Renders one item, reading nothing. It takes microseconds, so it waits for no turn. */
  renderItem(summary: RoomSummary, currentRoomId: RoomId | null): string {
    return renderChatItem(summary, this.#viewer, this.#context, this.#itemOf(summary, { currentRoomId }))
  }

  /** Renders the line of one item that shows the last message. */
  renderLine(summary: RoomSummary, currentRoomId: RoomId | null): string {
    return renderChatLine(summary, this.#viewer, this.#context, this.#itemOf(summary, { currentRoomId }))
  }

  /** Renders the time of one item. */
  renderTime({ time }: ItemFacts): string {
    return renderPartial('sentence', this.#context, { sentence: time })
  }

  /** Reads and renders the chats that ended lately. */
  async renderEndings(): Promise<RenderedEndings> {
    const endings = await this.#deps.rooms.reads.listEndings(this.#viewer.userId)
    const names = await this.#names.of(endings.map(({ otherId }) => otherId))
    const now = this.#deps.clock.now()
    const render = (ending: Ending) =>
      renderEnding(ending, this.#viewer, this.#context, names.get(ending.otherId) ?? '', now)
    return { html: endings.map(render).join(''), hash: hashEndings(endings) }
  }

  /** Reads and renders the chats with these people, without what a live list needs. */
  async renderFound(otherIds: ReadonlySet<UserId>, currentRoomId: RoomId | null): Promise<string> {
    const ask = { limit: usualWindow, among: otherIds }
    const { rooms } = await this.#deps.rooms.reads.listRooms(this.#viewer.userId, ask)
    return (await this.#renderItems(rooms, { currentRoomId, isFound: true })).join('')
  }

  /** The icon of the page, in the place of the one before. */
  renderIcon(hasDot: boolean): string {
    return renderPartial('page-icon', this.#context, { unread: hasDot, isPushed: true })
  }

  /** The link to the chats after one; '' if there are none. */
  renderMore(before: RoomId): string {
    return renderPartial('more-chats', this.#context, { before })
  }

  /** What reports the messages that a list of these chats shows as delivered; '' if all are. */
  renderReport(summaries: readonly RoomSummary[]): string {
    const reports = listReport(undeliveredIn(summaries))
    return reports && renderPartial('list-report', this.#context, { reports })
  }

  /** A number of unread messages for the eye and the ear; '' for none. */
  renderUnread(unread: number): string {
    return renderPartial('unread', this.#context, { unread: unreadText(unread) })
  }

  async #renderItems(
    summaries: readonly RoomSummary[],
    item: Pick<ChatItemContext, 'currentRoomId' | 'isFound'>,
  ): Promise<string[]> {
    await this.#names.of(summaries.map(({ otherId }) => otherId))
    return renderInParts(this.#viewer.userId, summaries, summary =>
      renderChatItem(summary, this.#viewer, this.#context, this.#itemOf(summary, item)),
    )
  }

  #itemOf(
    { id, otherId }: RoomSummary,
    { currentRoomId, isFound = false }: Pick<ChatItemContext, 'currentRoomId' | 'isFound'>,
  ): ChatItemContext {
    const { clock, isTyping } = this.#deps
    const name = this.#names.known(otherId) ?? ''
    return { name, isTyping: isTyping(id, otherId), currentRoomId, isFound, clock }
  }
}
