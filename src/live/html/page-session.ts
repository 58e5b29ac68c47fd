// Long because what a page hears, says and is sent meets here.
import type { Logger } from 'pino'
import type { AnswerTurns } from '../../answer-turns.js'
import { type Answer, attempt, goOn } from '../../chat/answer.js'
import type { EngineEvent, RoomId, UserId } from '../../chat/engine.js'
import { ChatError, type ErrorCode } from '../../chat/errors.js'
import type { Rooms } from '../../chat/rooms.js'
import { CutPartial } from '../../rendering/cut-partial.js'
import { type CloseCode, closeCodes } from '../client/close-codes.js'
import { type Command, execute, pageCommandSchema } from '../client/commands.js'
import { removesText } from '../client/event-kinds.js'
import type { SharedRenderings } from '../client/shared-renderings.js'
import type { ClientSession, Identity, OpenRooms } from '../client/subscriber.js'
import type { Connection } from '../transport/connection.js'
import type { WriteTurns } from '../transport/write-turns.js'
import { FragmentBatch } from './fragment-batch.js'
import { fragment } from './fragments.js'
import { ListPane } from './list-pane.js'
import { PageInbox } from './page-inbox.js'
import type { PageRenderer } from './page-renderer.js'
import type { PagePlace, PageState } from './page-state.js'
import { PageTurns } from './page-turns.js'
import { refusalFragment } from './refusal-fragment.js'
import { RoomPane } from './room-pane.js'

export interface PageSessionDeps {
  readonly rooms: Rooms
  readonly hub: Pick<OpenRooms, 'enterRoom'>
  readonly log: Logger
  readonly messageMaxLength: number
  /** Counts a catch-up as a request. Resolves at its turn; throws ChatError `rate_limited` if that is too far off. */
  readonly admit: (userId: UserId) => Promise<void>
  /** Has catch-ups made in turns. */
  readonly answerTurns: Pick<AnswerTurns, 'runCatchUp'>
  /** Gathers what is written within a turn of the event loop. */
  readonly writeTurns: WriteTurns
  /** Called with the code of each refusal. */
  readonly onRefused: (code: ErrorCode) => void
}

/** Errors that end the updates of a page though nothing is broken; after all but `not_found` it reconnects. */
const foreseen: { readonly [Code in ErrorCode]?: CloseCode } = {
  not_found: closeCodes.noSuchRoom,
  rate_limited: closeCodes.tooBusy,
  storage_failed: closeCodes.tooBusy,
}

const ofNoRoom = { epoch: null, version: 0, window: null, vanished: null }

/**
 * For how long a state waits for something to go with. Otherwise a page would get a frame for each report of what it
 * shows. A page that loses its connection meanwhile is shown its messages anew, as after a change that it missed.
 */
const stateMs = 1000
const pushedState = new CutPartial('state', state => ({ state, isPushed: true }))

/** Events that change rows of the list of messages. */
const changesRows: ReadonlySet<EngineEvent['type']> = new Set([
  'receipt.moved',
  'message.removed',
  'messages.kept',
  'lifetime.changed',
])

/** The client session of a page: it gets events as HTML fragments for htmx, and sends form fields. */
export class PageSession implements ClientSession {
  readonly id: string
  readonly userId: UserId
  readonly sessionId: string | null
  readonly #page: PageRenderer
  readonly #connection: Connection
  readonly #deps: PageSessionDeps
  readonly #room: RoomPane | null
  readonly #list: ListPane
  readonly #inbox: PageInbox
  readonly #batch = new FragmentBatch()
  readonly #turns: PageTurns
  readonly #takeInTurn = () => this.#takeInbox()
  readonly #writeStateInTurn = () => this.#writeState()
  readonly #endStateWait = () => {
    this.#stateTimer = undefined
    this.#turns.runNow(this.#writeStateInTurn)
  }
  /** Whether the batch adds a row to the list of messages. */
  #addsRow = false
  /** Whether it is known what the page shows. Before that no state goes out, so that the page keeps the one it came with. */
  #isStarted = false
  /** The state that the page has. */
  #state: string | null = null
  #stateTimer: NodeJS.Timeout | undefined
  /** Whether something outside the room was missed while a catch-up waited for its turn. */
  #lacksRest = false
  /** Whether a catch-up is to come already. */
  #mayHaveMissed = false
  #isOver = false

  constructor(
    id: string,
    identity: Identity,
    { roomId, name }: PagePlace,
    page: PageRenderer,
    connection: Connection,
    deps: PageSessionDeps,
  ) {
    this.id = id
    this.userId = identity.userId
    this.sessionId = identity.sessionId
    this.#page = page
    this.#connection = connection
    this.#deps = deps
    this.#inbox = new PageInbox(identity.userId)
    // Until `start` nobody knows what the page shows, so no event can be compared with it.
    this.#inbox.fallBehind()
    this.#turns = new PageTurns(
      () => this.#endTurn(),
      () => this.#flush(),
      error => this.#fail(error),
      deps.writeTurns,
    )
    const push = (html: string, isCatchUp?: boolean) => this.#push(html, isCatchUp)
    this.#room = roomId ? new RoomPane(roomId, page, id, push, identity.announced, work => this.#inTurn(work)) : null
    const titleNow = () => (this.#room ? page.titleOf(this.#room.otherName) : page.titleOfPage(name))
    const renderTitle = (unread: number) => page.renderTitle(titleNow(), unread)
    this.#list = new ListPane(page.list, roomId, push, renderTitle, { hasWayBack: roomId !== null || name !== 'chats' })
  }

  /** Brings the page up to date: nothing is sent if it shows what the server has. `again`: it was connected before. */
  start(shown: PageState, again: boolean): Promise<void> {
    const { answerTurns } = this.#deps
    const start = async () => {
      if (this.#isOver) return
      this.#inbox.catchUp()
      await this.#room?.catchUp(shown, again)
      // The page shows nothing of who else has it open.
      if (this.#room && !this.#isOver) void this.#deps.hub.enterRoom(this.#room.roomId, this)
      this.#inbox.isPaused = shown.isPaused && !again
      // A lost connection ends the pause: what happened meanwhile cannot be told apart from what was held back.
      if (shown.isPaused && again) this.#pushPause()
      const hasChanged = await this.#list.catchUp(shown.digest)
      this.#isStarted = true
      if (hasChanged) this.#room?.pushPresence()
    }
    return this.#turns.run(() => answerTurns.runCatchUp(this.userId, start))
  }

  receive(event: EngineEvent, shared: SharedRenderings): void {
    if (this.#isOver) return
    if (removesText(event)) this.#connection.cutIfStalled()
    const isTaken = this.#inbox.add(event, shared, this.#connection.isBusy)
    this.#list.note(event, !isTaken)
    this.#room?.note(event)
    if (!isTaken) return
    // At once: with the events of a whole turn, what it holds would outlive the young generation of the heap.
    this.#turns.runNow(this.#takeInTurn)
    this.#turns.runAtEnd()
  }

  /** Pauses updates, or resumes them and shows what was held back. Messages vanish all the same. */
  pause(roomId: RoomId, isPaused: boolean): void {
    if (roomId !== this.#room?.roomId || isPaused === this.#inbox.isPaused) return
    void this.#turns.run(async () => {
      this.#inbox.isPaused = isPaused
      this.#pushPause()
      if (isPaused) return
      await this.#room?.catchUpAnew(true)
      await this.#catchUpRest()
    })
  }

  /** As after a lost connection, but in place. */
  catchUpMissed(): void {
    if (this.#isOver || this.#mayHaveMissed) return
    this.#mayHaveMissed = true
    void this.#turns.run(async () => {
      this.#mayHaveMissed = false
      if (this.#inbox.isPaused) {
        this.#inbox.isPaused = false
        this.#pushPause()
      }
      try {
        await this.#room?.catchUpMissed()
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== 'not_found') throw error
        // It learns why when it connects again.
        return this.close(closeCodes.restarting)
      }
      this.#lacksRest = false
      if (await this.#list.catchUp(this.#list.digest)) this.#room?.pushPresence()
    })
  }

  handle(frame: Record<string, unknown>): Answer<boolean> {
    // The room of the page, unless the frame names another.
    if (this.#room && !('roomId' in frame)) frame.roomId = this.#room.roomId
    const { data: command } = pageCommandSchema.safeParse(frame)
    if (!command) return false
    const answered = attempt(
      () => this.#execute(command),
      error => this.#takeRefusal(error, command),
    )
    return answered === undefined || answered.then(() => true)
  }

  beat(): void {
    void this.#connection.check().then(goesOn => goesOn && this.#connection.write('{}'))
  }

  close(code: CloseCode): void {
    this.end()
    this.#connection.close(code)
  }

  end(): void {
    this.#isOver = true
    clearTimeout(this.#stateTimer)
    this.#room?.stop()
    this.#inbox.clear()
    this.#list.stop()
    this.#batch.clear()
  }

  #execute(command: Command): Answer<void> {
    return goOn(execute(command, this.userId, this.#deps.rooms), sent => {
      if (sent?.duplicate) this.#push(fragment(`p-${sent.message.nonce}`, 'delete'))
    })
  }

  #takeRefusal(error: unknown, command: Command): void {
    if (!(error instanceof ChatError)) throw error
    this.#deps.onRefused(error.code)
    if (command.type !== 'message:send') return
    this.#push(refusalFragment(command, error, this.#page.context, this.#deps.messageMaxLength))
  }

  #pushPause(): void {
    if (this.#room) this.#push(this.#page.renderPauseAnew(this.#room.roomId, this.#inbox.isPaused))
  }

  #push(html: string, isCatchUp = false): void {
    if (this.#isOver) return
    this.#batch.add(html, isCatchUp)
    // What happens within one turn goes out in one write.
    this.#turns.runAtEnd()
  }

  /** Catches up once that may begin; it brings all that is dropped meanwhile. */
  async #inTurn(catchUp: () => Promise<void>): Promise<void> {
    const { admit, answerTurns } = this.#deps
    this.#inbox.fallBehind()
    this.#lacksRest = true
    await admit(this.userId)
    await answerTurns.runCatchUp(this.userId, async () => {
      this.#inbox.catchUp()
      if (!this.#isOver) await catchUp()
    })
  }

  /** Brings what was missed outside the room while a catch-up waited. */
  async #catchUpRest(): Promise<void> {
    this.#lacksRest = false
    await this.#list.catchUp('')
    this.#room?.pushPresence()
  }

  #takeInbox(): Answer<void> {
    for (let next = this.#inbox.next(); next !== undefined; next = this.#inbox.next()) {
      if (this.#isOver) return
      const { event, shared } = next
      // htmx finds the targets of a frame before it inserts anything: a frame cannot change the row that it adds.
      if (this.#addsRow && changesRows.has(event.type)) this.#flush()
      this.#addsRow ||= event.type === 'message.sent'
      const taken = this.#room?.take(event, shared, this.#inbox.isPaused)
      if (taken instanceof Promise) return taken.then(this.#takeInTurn)
    }
  }

  /** Takes what is left, and brings the list up to date: once a turn, however much has happened. */
  #endTurn(): Answer<void> {
    const taken = this.#takeInbox()
    if (taken instanceof Promise) return taken.then(() => this.#pushRest())
    return this.#pushRest()
  }

  #pushRest(): Answer<void> {
    if (this.#lacksRest) return this.#catchUpRest().then(() => this.#list.pushChanges(this.#room?.showsNewest))
    return this.#list.pushChanges(this.#room?.showsNewest)
  }

  #flush(): void {
    if (this.#isOver) return
    this.#addsRow = false
    const batch = this.#batch.take()
    if (!this.#isStarted) {
      if (batch !== null) this.#connection.write(batch.html)
      return
    }
    // A change that shows nothing on the page must not look like a missed one when the page connects again.
    if (batch === null && this.#state !== null) {
      this.#stateTimer ??= setTimeout(this.#endStateWait, stateMs).unref()
      return
    }
    const state = this.#readState()
    this.#state = state
    if (batch === null) return
    const html = batch.html + pushedState.render(this.#page.context, state)
    if (batch.isCatchUp) this.#connection.catchUp(html, state)
    else this.#connection.write(html, state)
  }

  /** Writes the state by itself, if the page has not got it with anything else meanwhile. */
  #writeState(): void {
    // A state must never go out before what it says that the page shows. What waits, or is under way, brings it.
    if (this.#isOver || !this.#batch.isEmpty) return
    const state = this.#readState()
    if (state === this.#state) return
    this.#state = state
    this.#connection.write(pushedState.render(this.#page.context, state), state)
  }

  #readState(): string {
    const { epoch, version, window, vanished } = this.#room?.shown ?? ofNoRoom
    const { digest } = this.#list
    const { isPaused } = this.#inbox
    return this.#page.formatState({ epoch, version, window, vanished, digest, isPaused })
  }

  #fail(error: unknown): void {
    const code = error instanceof ChatError ? foreseen[error.code] : undefined
    if (code === undefined) this.#deps.log.error({ err: error }, 'a page could not be kept up to date')
    this.close(code ?? closeCodes.internalError)
  }
}
