import { type Engine, type EngineEvent, type RoomId, type UserId, usualWindow } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import { digestOf, hashItem } from '../../rendering/chat-list.js'
import { fragment } from './fragments.js'
import type { PageRenderer } from './page-renderer.js'
import { olderPart } from './page-state.js'

/** The list of chats of a page: notes which lines have changed and renders each once a frame. */
export class ListPane {
  readonly #engine: Engine
  readonly #page: PageRenderer
  readonly #currentRoomId: RoomId | null
  readonly #push: (html: string) => void
  readonly #renderTitle: (unread: number) => string
  readonly #dirty = new Map<RoomId, { toTop: boolean }>()
  /** What each line of the page shows, short, from the top. */
  #hashes = new Map<RoomId, string>()
  #digest: string | null = null
  #unread = 0
  /** Whether the page shows chats that are no longer among the newest: what becomes new leaves it. */
  #isOlderPart = false
  #mayCountDiffer = false

  constructor(
    engine: Engine,
    page: PageRenderer,
    currentRoomId: RoomId | null,
    push: (html: string) => void,
    renderTitle: (unread: number) => string,
  ) {
    this.#engine = engine
    this.#page = page
    this.#currentRoomId = currentRoomId
    this.#push = push
    this.#renderTitle = renderTitle
  }

  /** What the page's list shows by now. */
  get digest(): string {
    if (this.#isOlderPart) return olderPart
    this.#digest ??= digestOf(this.#hashes.values())
    return this.#digest
  }

  /** Brings the list up to date; says whether anything was pushed. */
  async catchUp(shownDigest: string): Promise<boolean> {
    this.#isOlderPart = shownDigest === olderPart
    if (this.#isOlderPart) return false
    const list = await this.#page.renderList(this.#currentRoomId)
    this.#hashes = list.hashes
    this.#digest = list.digest
    this.#unread = list.unread
    if (list.digest === shownDigest) return false
    this.#push(fragment('chats', 'innerMorph', list.html))
    this.#push(fragment('more-chats', 'innerMorph', list.more))
    this.#pushTitle()
    return true
  }

  async take(event: EngineEvent): Promise<void> {
    if (event.type === 'presence.changed') return this.#takePresence(event.presence.userId)
    if (event.type === 'lifetime.changed' || event.type === 'messages.expiring') return
    if (event.type !== 'room.dissolved') {
      return this.#note(event.roomId, event.type === 'message.sent' || event.type === 'room.opened')
    }
    this.#dirty.delete(event.roomId)
    this.#forget(event.roomId)
    this.#mayCountDiffer = true
    this.#push(fragment(`c-${event.roomId}`, 'delete'))
  }

  /** Renders the lines that have changed since the last frame. */
  async pushChanges(): Promise<void> {
    for (const [roomId, { toTop }] of this.#dirty) {
      const [topRoomId] = this.#hashes.keys()
      await this.#pushItem(roomId, toTop && roomId !== topRoomId)
    }
    if (this.#dirty.size > 0 || this.#mayCountDiffer) await this.#countUnread()
    this.#dirty.clear()
    this.#mayCountDiffer = false
  }

  /** The number in the title of the page, when it has changed. */
  async #countUnread(): Promise<void> {
    const unread = await this.#page.countUnread()
    if (unread === this.#unread) return
    this.#unread = unread
    this.#pushTitle()
  }

  #pushTitle(): void {
    this.#push(fragment('page-title', 'innerHTML', this.#renderTitle(this.#unread)))
  }

  #note(roomId: RoomId, toTop: boolean): void {
    this.#dirty.set(roomId, { toTop: toTop || (this.#dirty.get(roomId)?.toTop ?? false) })
  }

  async #takePresence(userId: UserId): Promise<void> {
    const roomId = await this.#engine.findRoom(this.#page.viewer.userId, userId)
    if (roomId) this.#note(roomId, false)
  }

  async #pushItem(roomId: RoomId, moves: boolean): Promise<void> {
    // A line that the page does not show changes nothing on it.
    if (!moves && !this.#isOlderPart && !this.#hashes.has(roomId)) return
    const id = `c-${roomId}`
    const html = await this.#renderItem(roomId)
    if (html === null || moves) {
      this.#forget(roomId)
      this.#push(fragment(id, 'delete'))
    }
    if (html === null || (moves && this.#isOlderPart)) return
    this.#push(moves ? fragment('chats', 'afterbegin', html) : fragment(id, 'outerMorph', html))
    const hash = hashItem(html)
    this.#hashes = moves ? new Map([[roomId, hash], ...this.#hashes]) : this.#hashes.set(roomId, hash)
    this.#digest = null
    this.#dropSurplus()
  }

  /** What is more than a list shows at once leaves it at the end. */
  #dropSurplus(): void {
    if (this.#hashes.size <= usualWindow) return
    const last = [...this.#hashes.keys()].at(-1) ?? ''
    this.#forget(last)
    this.#push(fragment(`c-${last}`, 'delete'))
    const before = [...this.#hashes.keys()].at(-1) ?? ''
    this.#push(fragment('more-chats', 'innerMorph', this.#page.renderMore(before)))
  }

  #forget(roomId: RoomId): void {
    this.#hashes.delete(roomId)
    this.#digest = null
  }

  /** Null when the room has gone since it changed. */
  async #renderItem(roomId: RoomId): Promise<string | null> {
    try {
      const summary = await this.#engine.readSummary(roomId, this.#page.viewer.userId)
      return await this.#page.renderItem(summary, this.#currentRoomId)
    } catch (error) {
      if (error instanceof ChatError && error.code === 'not_found') return null
      throw error
    }
  }
}
