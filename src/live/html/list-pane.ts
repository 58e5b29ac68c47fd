// Long because all that changes in a list of chats is pushed from here.
import type { Answer } from '../../chat/answer.js'
import { type EngineEvent, type RoomId, type RoomSummary, usualWindow } from '../../chat/engine.js'
import { digestOf, hashItem, type ItemFacts, unreadText } from '../../rendering/chat-list.js'
import { removesText } from '../client/event-kinds.js'
import { fragment, idFragment } from './fragments.js'
import type { ListRenderer } from './list-renderer.js'
import { olderPart } from './page-state.js'
import { UnreadIcon } from './unread-icon.js'

/** For how long a page may take to report what it shows: it gathers reports for 300 ms, and then they travel. */
const holdMs = 1000

/** A room whose item has changed. */
interface Change {
  /** The newest that is known of it; null when it is not in the list any more. */
  readonly summary: RoomSummary | null
  readonly toTop: boolean
  /** Whether text is gone that the page may show of it. */
  readonly losesText: boolean
}

/** Unread messages: in all rooms, and in those that are not the page's own. */
interface UnreadCounts {
  readonly all: number
  readonly others: number
}

/** The list of chats of a page: notes which items have changed, and renders each once a write, from what events say. */
export class ListPane {
  readonly #list: ListRenderer
  readonly #currentRoomId: RoomId | null
  readonly #push: (html: string) => void
  readonly #renderTitle: (unread: number) => string
  readonly #hasWayBack: boolean
  readonly #icon: UnreadIcon
  /** Null for none. */
  #changes: Map<RoomId, Change> | null = null
  /** A hash of what each item of the page shows, from the top. */
  #hashes = new Map<RoomId, number>()
  /** What those items show that were pushed: of these only what changes is pushed. */
  #shown: Map<RoomId, ItemFacts> | null = null
  /** A hash of the chats that ended lately, as the page shows them; 0 for none. */
  #endingsHash = 0
  #mayChangeEndings = false
  #digest: string | null = null
  /** How many unread messages the page shows, null for unknown, and how many there are by the newest event. */
  #shownUnread: UnreadCounts | null = { all: 0, others: 0 }
  #newestUnread: number | null = null
  /** Those in the page's own room, by its newest event. */
  #ownUnread: number | null = null
  /** The number of unread messages in the page's own room that its item does not show yet; null for none. */
  #heldUnread: number | null = null
  #holdTimer: NodeJS.Timeout | undefined
  /** Whether the page shows chats that are no longer among the newest: chats that become active leave it. */
  #isOlderPart = false

  /** @param options.hasWayBack whether the page has a link back to the list, with the number of unread messages elsewhere */
  constructor(
    list: ListRenderer,
    currentRoomId: RoomId | null,
    push: (html: string) => void,
    renderTitle: (unread: number) => string,
    { hasWayBack }: { readonly hasWayBack: boolean },
  ) {
    this.#list = list
    this.#currentRoomId = currentRoomId
    this.#push = push
    this.#renderTitle = renderTitle
    this.#hasWayBack = hasWayBack
    this.#icon = new UnreadIcon(list, push)
  }

  /** A digest of what the page's list shows now. */
  get digest(): string {
    if (this.#isOlderPart) return olderPart
    this.#digest ??= digestOf(this.#hashes.values(), this.#endingsHash)
    return this.#digest
  }

  /** Brings the list up to date; returns whether anything was pushed. */
  async catchUp(shownDigest: string): Promise<boolean> {
    this.#isOlderPart = shownDigest === olderPart
    if (this.#isOlderPart) return false
    // What is read now is as new as every event so far; what is noted from here on is newer.
    this.#changes = null
    this.#newestUnread = null
    this.#mayChangeEndings = false
    this.#ownUnread = null
    const list = await this.#list.render(this.#currentRoomId)
    this.#hashes = list.hashes
    this.#shown = null
    this.#heldUnread = null
    this.#endingsHash = list.endings.hash
    this.#digest = list.digest
    this.#newestUnread ??= list.totalUnread
    this.#ownUnread ??= list.totalUnread - list.othersUnread
    if (list.digest === shownDigest) {
      this.#shownUnread = this.#countUnread(list.totalUnread)
      this.#icon.assume(list.totalUnread > 0)
      return false
    }
    this.#push(fragment('chats', 'innerMorph', list.html))
    this.#push(fragment(['#people .last'], 'innerHTML'))
    this.#push(fragment('more-chats', 'innerMorph', list.more))
    this.#push(fragment('ended', 'innerMorph', list.endings.html))
    this.#pushReport(list.report)
    this.#shownUnread = null
    this.#icon.assume(null)
    this.#pushUnread(this.#countUnread(list.totalUnread))
    return true
  }

  /**
   * Notes what an event says, at once: so what is rendered later is the newest there is.
   * @param isDropped the page takes no notice of the event: it is no reason to render, only newer than what was noted
   */
  note(event: EngineEvent, isDropped: boolean): void {
    const { type, roomId, summary, totalUnread } = event
    this.#newestUnread = totalUnread
    if (roomId === this.#currentRoomId) this.#ownUnread = summary?.unread ?? 0
    const noted = this.#changes?.get(roomId)
    const isOfRoom = event.type === 'lifetime.changed' && event.messages.length === 0
    const changesItem = !isDropped && !isOfRoom && type !== 'erasure.changed' && type !== 'messages.expiring'
    // With a new chat of two people what was said of their last one goes.
    if (type === 'room.dissolved' || !this.#hashes.has(roomId)) this.#mayChangeEndings = true
    if (!noted && !changesItem) return
    const isActivity = !isDropped && (type === 'message.sent' || type === 'room.opened')
    const toTop = isActivity || (noted?.toTop ?? false)
    this.#changes ??= new Map()
    this.#changes.set(roomId, { summary, toTop, losesText: removesText(event) || (noted?.losesText ?? false) })
  }

  /**
   * Renders the items that have changed since the last write.
   * @param isReported whether the page itself reports the messages of its own room
   */
  pushChanges(isReported = false): Answer<void> {
    if (this.#changes === null) return
    if (this.#mayChangeEndings || this.#showsStranger()) return this.#pushAfterReading(isReported)
    const shown: RoomSummary[] = []
    for (const roomId of this.#changes.keys()) this.#pushNewest(roomId, isReported, shown)
    this.#pushCounts(shown)
  }

  async #pushAfterReading(isReported: boolean): Promise<void> {
    const shown: RoomSummary[] = []
    for (const [roomId, { summary }] of this.#changes ?? []) {
      const meeting = summary && this.#mayShow(roomId) ? this.#list.meet(summary.otherId) : null
      if (meeting) await meeting
      this.#pushNewest(roomId, isReported, shown)
    }
    if (this.#mayChangeEndings) await this.#pushEndings()
    this.#pushCounts(shown)
  }

  /** Whether an item is to be shown of somebody whose name must be looked up first. */
  #showsStranger(): boolean {
    for (const [roomId, { summary }] of this.#changes ?? []) {
      if (summary !== null && this.#mayShow(roomId) && !this.#list.knows(summary.otherId)) return true
    }
    return false
  }

  /** Pushes what is known of a room now. @param shown gets what the page then shows, if its list is to report it */
  #pushNewest(roomId: RoomId, isReported: boolean, shown: RoomSummary[]): void {
    const change = this.#changes?.get(roomId)
    if (!change) return
    this.#changes?.delete(roomId)
    if (this.#changes?.size === 0) this.#changes = null
    // What a search has found is not kept up to date otherwise.
    if (change.losesText) this.#push(fragment([`#f-${roomId} .last`], 'innerHTML'))
    this.#pushItem(roomId, change, isReported)
    if (isReported && roomId === this.#currentRoomId) return
    if (change.summary && this.#hashes.has(roomId)) shown.push(change.summary)
  }

  #pushCounts(shown: readonly RoomSummary[]): void {
    if (shown.length > 0) this.#pushReport(this.#list.renderReport(shown))
    if (this.#newestUnread !== null) this.#pushUnread(this.#countUnread(this.#newestUnread))
  }

  /** Forgets what was noted: nothing more is rendered. */
  stop(): void {
    clearTimeout(this.#holdTimer)
    this.#icon.stop()
    this.#changes = null
  }

  async #pushEndings(): Promise<void> {
    this.#mayChangeEndings = false
    if (this.#isOlderPart) return
    const { html, hash } = await this.#list.renderEndings()
    if (hash === this.#endingsHash) return
    this.#endingsHash = hash
    this.#digest = null
    this.#push(fragment('ended', 'innerMorph', html))
  }

  #pushReport(report: string): void {
    if (report) this.#push(fragment('list-report', 'innerHTML', report))
  }

  #countUnread(all: number): UnreadCounts {
    return { all, others: Math.max(0, all - (this.#ownUnread ?? 0)) }
  }

  #pushUnread(unread: UnreadCounts): void {
    const shown = this.#shownUnread
    this.#shownUnread = unread
    this.#icon.note(unread.all > 0)
    if (unread.all !== shown?.all) this.#push(idFragment('page-title', 'innerHTML', this.#renderTitle(unread.all)))
    if (unread.others !== shown?.others && this.#hasWayBack)
      this.#push(fragment('others-unread', 'innerHTML', this.#list.renderUnread(unread.others)))
  }

  #mayShow(roomId: RoomId): boolean {
    return this.#isOlderPart || this.#hashes.has(roomId) || (this.#changes?.get(roomId)?.toTop ?? false)
  }

  #pushItem(roomId: RoomId, { summary, toTop }: Change, isReported: boolean): void {
    const [topRoomId] = this.#hashes.keys()
    const moves = toTop && roomId !== topRoomId
    // An item that the page does not show changes nothing on it.
    if (!moves && !this.#isOlderPart && !this.#hashes.has(roomId)) return
    const before = this.#shown?.get(roomId)
    const hashBefore = this.#hashes.get(roomId)
    if (summary === null || moves) {
      this.#forget(roomId)
      this.#push(fragment(`c-${roomId}`, 'delete'))
    }
    if (summary === null || (moves && this.#isOlderPart)) return
    const newest = this.#list.factsOf(summary, this.#currentRoomId)
    const facts = moves ? newest : this.#holdUnread(summary, newest, isReported)
    if (!moves && before?.isLike(facts)) return
    const hash = hashItem(facts)
    this.#shown ??= new Map()
    this.#shown.set(roomId, facts)
    this.#hashes = moves ? new Map([[roomId, hash], ...this.#hashes]) : this.#hashes.set(roomId, hash)
    this.#digest = null
    if (moves) this.#push(fragment('chats', 'afterbegin', this.#list.renderItem(summary, this.#currentRoomId)))
    else if (hash !== hashBefore) this.#pushChange(summary, facts, before)
    this.#dropSurplus()
  }

  /** Pushes what has changed of an item; all of it where it is not known what the page shows. */
  #pushChange(summary: RoomSummary, facts: ItemFacts, before: ItemFacts | undefined): void {
    const id = `c-${summary.id}`
    if (before === undefined || !facts.hasRestOf(before)) {
      this.#push(fragment(id, 'outerMorph', this.#list.renderItem(summary, this.#currentRoomId)))
      return
    }
    if (!facts.hasLineOf(before)) {
      this.#push(this.#list.renderLine(summary, this.#currentRoomId))
    }
    if (facts.time !== before.time) this.#push(fragment([`#${id} .when`], 'innerHTML', this.#list.renderTime(facts)))
    if (facts.unread !== before.unread) this.#pushItemUnread(summary.id, summary.unread)
  }

  #pushItemUnread(roomId: RoomId, unread: number): void {
    this.#push(fragment([`#c-${roomId} .unread`], 'innerHTML', this.#list.renderUnread(unread)))
  }

  /**
   * What the item of the page's own chat shows for now: a page that shows a new message reports it as seen in a moment, so the
   * number beside it stays as it is until then. The title counts it at once.
   */
  #holdUnread({ id, unread }: RoomSummary, facts: ItemFacts, isReported: boolean): ItemFacts {
    if (id !== this.#currentRoomId) return facts
    this.#heldUnread = null
    const before = this.#shown?.get(id)
    if (!isReported || unread === 0 || !before?.hasRestOf(facts) || before.unread === facts.unread) return facts
    this.#heldUnread = unread
    this.#holdTimer ??= setTimeout(() => this.#releaseUnread(id), holdMs).unref()
    return facts.withUnread(before.unread)
  }

  /** Shows the number that was held back, if it has not been seen meanwhile. */
  #releaseUnread(roomId: RoomId): void {
    this.#holdTimer = undefined
    const [unread, shown] = [this.#heldUnread, this.#shown?.get(roomId)]
    this.#heldUnread = null
    if (unread === null || !shown) return
    const facts = shown.withUnread(unreadText(unread))
    this.#shown ??= new Map()
    this.#shown.set(roomId, facts)
    this.#hashes.set(roomId, hashItem(facts))
    this.#digest = null
    this.#pushItemUnread(roomId, unread)
  }

  /** Takes away the last item of a list that has become longer than a page shows at once. */
  #dropSurplus(): void {
    if (this.#hashes.size <= usualWindow) return
    const last = [...this.#hashes.keys()].at(-1) ?? ''
    this.#forget(last)
    this.#push(fragment(`c-${last}`, 'delete'))
    const before = [...this.#hashes.keys()].at(-1) ?? ''
    this.#push(fragment('more-chats', 'innerMorph', this.#list.renderMore(before)))
  }

  #forget(roomId: RoomId): void {
    this.#hashes.delete(roomId)
    this.#shown?.delete(roomId)
    this.#digest = null
  }
}
