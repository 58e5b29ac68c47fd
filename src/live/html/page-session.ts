import type { Logger } from 'pino'
import type { Conversations } from '../../chat/conversations.js'
import type { Engine, EngineEvent, RoomId, UserId } from '../../chat/engine.js'
import { ChatError, type ErrorCode } from '../../chat/errors.js'
import { renderPartial } from '../../rendering/renderer.js'
import { commandSchema, execute } from '../commands.js'
import type { ClientSession, Identity, SharedRenderings } from '../subscriber.js'
import { type CloseCode, closeCodes } from '../transport/close-codes.js'
import type { Connection } from '../transport/connection.js'
import { fragment } from './fragments.js'
import { ListPane } from './list-pane.js'
import type { PageRenderer } from './page-renderer.js'
import type { PageState } from './page-state.js'
import { refusalFragment } from './refusal-fragment.js'
import { RoomPane } from './room-pane.js'

export interface PageSessionDeps {
  readonly engine: Engine
  readonly conversations: Conversations
  readonly log: Logger
  readonly messageMaxLength: number
  /** Counts a catch-up as a request, and resolves at its turn; throws ChatError `rate_limited` when that is too far away. */
  readonly admit: (userId: UserId) => Promise<void>
  /** Told the code of each refusal. */
  readonly onRefused: (code: ErrorCode) => void
}

/** Why a page is no longer kept up to date though nothing went wrong. Of the second, it comes back and catches up. */
const foreseen: ReadonlyMap<ErrorCode, CloseCode> = new Map([
  ['not_found', closeCodes.noSuchRoom],
  ['rate_limited', closeCodes.tooBusy],
])

/** A page at the other end of a line: hears of events as HTML fragments for htmx, and speaks in form fields. */
export class PageSession implements ClientSession {
  readonly id: string
  readonly userId: UserId
  readonly sessionId: string | null
  readonly #page: PageRenderer
  readonly #connection: Connection
  readonly #deps: PageSessionDeps
  readonly #room: RoomPane | null
  readonly #list: ListPane
  #inbox: { event: EngineEvent; shared: SharedRenderings }[] = []
  #parts: string[] = []
  /** Whether a list of messages is among the parts, which may be long. */
  #holdsCatchUp = false
  #turn: Promise<void> = Promise.resolve()
  #isScheduled = false
  #isPaused = false
  /** Whether a catch-up waits for its turn, and whether something beside the room was missed by that. */
  #isBehind = false
  #lacksRest = false
  #isOver = false

  constructor(
    id: string,
    identity: Identity,
    roomId: RoomId | null,
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
    const push = (html: string, isCatchUp?: boolean) => this.#push(html, isCatchUp)
    this.#room = roomId ? new RoomPane(roomId, page, id, push, identity.announced, () => this.#awaitTurn()) : null
    this.#list = new ListPane(deps.engine, page, roomId, push, unread => this.#renderTitle(unread))
  }

  /** Brings the page up to date: nothing is sent when it shows what the server has. `again`: it was connected before. */
  start(shown: PageState, again: boolean): Promise<void> {
    return this.#inTurn(async () => {
      await this.#room?.catchUp(shown, again)
      this.#isPaused = shown.isPaused && !again
      // A line that was lost ends the pause: what happened meanwhile cannot be told apart from what was held back.
      if (shown.isPaused && again) this.#pushPause()
      const hasChanged = await this.#list.catchUp(shown.digest)
      if (hasChanged) await this.#room?.pushPresence()
    })
  }

  receive(event: EngineEvent, shared: SharedRenderings): void {
    if (this.#isOver) return
    if (event.type === 'message.removed' || event.type === 'room.dissolved') this.#connection.cutIfStalled()
    const isPassing = event.type === 'typing.changed' || event.type === 'presence.changed'
    if (isPassing && this.#connection.isBusy) return
    if (this.#isPaused && this.#isHeldBack(event)) return
    if (this.#isBehind && event.type !== 'room.dissolved') return
    this.#inbox.push({ event, shared })
    this.#schedule()
  }

  /** Holds back what is new, or shows at once what was held back. What is gone goes all the same. */
  pause(roomId: RoomId, isPaused: boolean): void {
    if (roomId !== this.#room?.roomId || isPaused === this.#isPaused) return
    void this.#inTurn(async () => {
      this.#isPaused = isPaused
      this.#pushPause()
      if (isPaused) return
      await this.#room?.catchUpAnew(true)
      await this.#catchUpRest()
    })
  }

  async handle(frame: Record<string, unknown>): Promise<boolean> {
    const { data: command } = commandSchema.safeParse({ roomId: this.#room?.roomId, ...frame })
    if (!command) return false
    try {
      const answer = await execute(command, this.userId, this.#deps.conversations)
      if (answer?.duplicate) this.#push(fragment(`p-${answer.message.nonce}`, 'delete'))
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      this.#deps.onRefused(error.code)
      if (command.type === 'message:send') {
        this.#push(refusalFragment(command, error, this.#page.context, this.#deps.messageMaxLength))
      }
    }
    return true
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
    this.#room?.stop()
    this.#inbox = []
    this.#parts = []
  }

  /** What is gone, about to go or kept, and what the person does themselves, is not held back. */
  #isHeldBack(event: EngineEvent): boolean {
    if (event.type === 'message.sent') return event.message.senderId !== this.userId
    if (event.type === 'typing.changed') return event.isTyping
    return event.type === 'receipt.moved' || event.type === 'presence.changed'
  }

  #pushPause(): void {
    if (!this.#room) return
    this.#push(fragment('pause', 'outerMorph', this.#page.renderPause(this.#room.roomId, this.#isPaused)))
  }

  #renderTitle(unread: number): string {
    const { t } = this.#page.context
    const title = this.#room ? t('chat.title', { name: this.#room.otherName }) : t('chats.title')
    return renderPartial('title', this.#page.context, { unread, title })
  }

  #push(html: string, isCatchUp = false): void {
    if (this.#isOver) return
    this.#parts.push(html)
    this.#holdsCatchUp ||= isCatchUp
    this.#schedule()
  }

  /** What happens within one tick goes out as one frame. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.#inTurn(() => this.#takeInbox())
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn
      .then(work)
      .then(() => this.#flush())
      .catch((error: unknown) => this.#fail(error))
    return this.#turn
  }

  /**
   * Waits until a catch-up may begin. What happens meanwhile is not kept, since it may be gone by then: the catch-up brings
   * all that is still there.
   */
  async #awaitTurn(): Promise<void> {
    this.#isBehind = true
    this.#lacksRest = true
    this.#inbox = this.#inbox.filter(({ event }) => event.type === 'room.dissolved')
    await this.#deps.admit(this.userId)
    this.#isBehind = false
  }

  /** What beside the room was missed while a catch-up waited. */
  async #catchUpRest(): Promise<void> {
    this.#lacksRest = false
    await this.#list.catchUp('')
    await this.#room?.pushPresence()
  }

  async #takeInbox(): Promise<void> {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      const { event, shared } = next
      if (this.#isOver) return
      if (event.type !== 'presence.changed') await this.#room?.take(event, shared, this.#isPaused)
      else if (event.presence.userId === this.#room?.otherId) {
        await this.#room.takePresence(event.presence.isOnline)
      }
      await this.#list.take(event)
    }
    if (this.#lacksRest) await this.#catchUpRest()
    await this.#list.pushChanges()
  }

  #flush(): void {
    const parts = this.#parts.splice(0)
    if (parts.length === 0) return
    const shown = this.#room?.shown ?? { epoch: null, version: 0, window: null }
    const state = this.#page.formatState({ ...shown, digest: this.#list.digest, isPaused: this.#isPaused })
    parts.push(fragment('state', 'outerMorph', renderPartial('state', this.#page.context, { state })))
    if (this.#holdsCatchUp) this.#connection.catchUp(parts.join(''), state)
    else this.#connection.write(parts.join(''), state)
    this.#holdsCatchUp = false
  }

  #fail(error: unknown): void {
    const code = error instanceof ChatError ? foreseen.get(error.code) : undefined
    if (code === undefined) this.#deps.log.error({ err: error }, 'a page could not be kept up to date')
    this.close(code ?? closeCodes.internalError)
  }
}
