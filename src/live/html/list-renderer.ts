import type { Clock } from '../../chat/clock.js'
import { type RoomId, type RoomSummary, type UserId, usualWindow } from '../../chat/engine.js'
import type { Rooms } from '../../chat/rooms.js'
import { digestOf, hashItem, renderChatItem } from '../../rendering/chat-list.js'
import { renderInParts } from '../../rendering/render-turns.js'
import { renderPartial, type ViewContext, type Viewer } from '../../rendering/renderer.js'
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
  /** A hash of what each item shows, from the top. */
  readonly hashes: Map<RoomId, string>
  /** Unread messages in all chats. */
  readonly totalUnread: number
  /** The link to the following chats; '' if there are none. */
  readonly more: string
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
    const items = await this.#renderItems(rooms, currentRoomId)
    const hashes = new Map(rooms.map(({ id }, index) => [id, hashItem(items[index] ?? '')]))
    const more = this.renderMore(hasEarlier ? (rooms.at(-1)?.id ?? '') : '')
    return { html: items.join(''), hashes, digest: digestOf(hashes.values()), totalUnread, more }
  }

  /** Renders one item, reading nothing but the name of somebody new to the page. */
  async renderItem(summary: RoomSummary, currentRoomId: RoomId | null): Promise<string> {
    const [item = ''] = await this.#renderItems([summary], currentRoomId)
    return item
  }

  /** The link to the chats after one; '' if there are none. */
  renderMore(before: RoomId): string {
    return renderPartial('more-chats', this.#context, { before })
  }

  async #renderItems(summaries: readonly RoomSummary[], currentRoomId: RoomId | null): Promise<string[]> {
    const { clock, isTyping } = this.#deps
    const names = await this.#names.of(summaries.map(({ otherId }) => otherId))
    return renderInParts(this.#viewer.userId, summaries, summary =>
      renderChatItem(summary, this.#viewer, this.#context, {
        name: names.get(summary.otherId) ?? '',
        isTyping: isTyping(summary.id, summary.otherId),
        currentRoomId,
        clock,
      }),
    )
  }
}
