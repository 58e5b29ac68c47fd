// Long because what a program hears, says and is answered meets here.
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { AnswerTurns } from '../../answer-turns.js'
import { type Answer, attempt, goOn } from '../../chat/answer.js'
import type { WallTimes } from '../../chat/clock.js'
import { type EngineEvent, type RoomId, totalsOf, type UserId } from '../../chat/engine.js'
import { ChatError, type ErrorCode } from '../../chat/errors.js'
import type { Rooms } from '../../chat/rooms.js'
import { defaultLanguage } from '../../languages.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { translator } from '../../rendering/sentences.js'
import { type CloseCode, closeCodes } from '../client/close-codes.js'
import { execute } from '../client/commands.js'
import { isPassing, removesText } from '../client/event-kinds.js'
import { KnownNames, type NamesOf } from '../client/known-names.js'
import type { SharedRenderings } from '../client/shared-renderings.js'
import type { ClientSession, Identity, OpenRooms, RoomActivity } from '../client/subscriber.js'
import { Tasks } from '../client/tasks.js'
import type { Connection } from '../transport/connection.js'
import { activityFrame, framesOf, outstandingFrames } from './event-frames.js'
import { type ProgramFrame, programFrameSchema, refSchema, type ServerFrame } from './frames.js'
import { askFor, type joinedSchema, roomMessagesJson, sentJson, versionOf } from './messages.js'

const frameRefSchema = refSchema.optional()

type Ref = z.infer<typeof refSchema>
/** Which room a program joins, the version that it has, and which messages it asks for. */
type Join = Pick<Extract<ProgramFrame, { type: 'room:join' }>, 'roomId' | 'version' | 'before'>
/** The frame that answers a join, as JSON; null for none. */
type JoinReply = (joined: z.infer<typeof joinedSchema>) => string | null

export interface ProgramSessionDeps {
  readonly rooms: Rooms
  readonly hub: OpenRooms
  readonly clock: WallTimes
  readonly namesOf: NamesOf
  readonly log: Logger
  /** Has rooms that are joined read in turns. */
  readonly answerTurns: Pick<AnswerTurns, 'runCatchUp'>
  readonly messageMaxLength: number
  /** Counts a join as a request. Throws ChatError `rate_limited` if it is over the limit. */
  readonly countJoin: (userId: UserId) => Answer<void>
  /** Called with the code of each refusal. */
  readonly onRefused: (code: ErrorCode) => void
}

/** The client session of a program: it gets events as JSON, and sends JSON. */
export class ProgramSession implements ClientSession {
  readonly id: string
  readonly userId: UserId
  readonly sessionId: string | null
  readonly #connection: Connection
  readonly #deps: ProgramSessionDeps
  readonly #names: KnownNames
  readonly #joined = new Set<RoomId>()
  readonly #tasks = new Tasks(error => this.#fail(error))
  #lastJoin: Promise<unknown> = Promise.resolve()
  #isOver = false

  constructor(id: string, identity: Identity, connection: Connection, deps: ProgramSessionDeps) {
    this.id = id
    this.userId = identity.userId
    this.sessionId = identity.sessionId
    this.#connection = connection
    this.#deps = deps
    this.#names = new KnownNames(deps.namesOf)
  }

  /** Joins the room that the URL named. */
  async start(roomId: RoomId | null): Promise<void> {
    if (roomId === null) return
    try {
      await this.#join({ roomId }, joined => writeFrame({ type: 'room:joined', roomId, ...joined }))
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      this.close(error.code === 'rate_limited' ? closeCodes.tooBusy : closeCodes.noSuchRoom)
    }
  }

  receive(event: EngineEvent, shared: SharedRenderings): void {
    if (this.#isOver) return
    if (removesText(event)) this.#connection.cutIfStalled()
    if (!this.#isHeard(event)) return
    if (event.type === 'room.dissolved') this.#joined.delete(event.roomId)
    this.#tasks.add(() => this.#tell(event, shared))
  }

  receiveActivity(activity: RoomActivity): void {
    this.#tasks.add(() => this.#write(activityFrame(activity)))
  }

  handle(frame: Record<string, unknown>): Answer<boolean> {
    const { success, data: ref } = frameRefSchema.safeParse(frame.ref)
    const { data: command } = programFrameSchema.safeParse(frame)
    if (!success || !command) return false
    // The reply comes before what this program is told of the same.
    const answered = this.#tasks.before(() =>
      attempt(
        () => this.#execute(command, ref),
        error => this.#takeRefusal(error, ref),
      ),
    )
    return answered === undefined || answered.then(() => true)
  }

  /** Answers a frame that could not be read. */
  refuseFrame(frame: Record<string, unknown> | null): void {
    this.#refuse(new ChatError('bad_request'), frameRefSchema.safeParse(frame?.ref).data)
  }

  /** Programs catch up by connecting again and joining with the version that they have. */
  catchUpMissed(): void {
    this.close(closeCodes.restarting)
  }

  beat(): void {
    void this.#connection.check()
  }

  close(code: CloseCode): void {
    this.end()
    this.#connection.close(code)
  }

  end(): void {
    this.#isOver = true
    this.#joined.clear()
  }

  /** A program hears of all rooms of its person, but of typing only in those that it joined, and only what lasts while busy. */
  #isHeard(event: EngineEvent): boolean {
    if (isPassing(event) && this.#connection.isBusy) return false
    return event.type !== 'typing.changed' || this.#joined.has(event.roomId)
  }

  /** What a program hears of an event. Only somebody's first message waits, for their name. */
  #tell(event: EngineEvent, shared: SharedRenderings): Answer<void> {
    if (event.type !== 'message.sent' || this.#names.known(event.message.senderId) !== undefined)
      return this.#writeOf(event, shared)
    return this.#names.of([event.message.senderId]).then(() => this.#writeOf(event, shared))
  }

  #writeOf(event: EngineEvent, shared: SharedRenderings): void {
    for (const frame of framesOf(event, this.#names, shared, this.#deps.clock)) this.#connection.write(frame)
  }

  #execute(command: ProgramFrame, ref: Ref | undefined): Answer<void> {
    if (command.type === 'room:join') {
      return goOn(this.#deps.countJoin(this.userId), () =>
        this.#join(command, joined => (ref === undefined ? null : writeReply(ref, joined))),
      )
    }
    if (command.type === 'room:leave') {
      this.#joined.delete(command.roomId)
      this.#deps.hub.leaveRoom(command.roomId, this)
      return this.#reply(ref, {})
    }
    // What a program says of a message it says of all before it; a page reports each that comes into view.
    const { rooms, clock } = this.#deps
    return goOn(execute(command, this.userId, rooms, 1), sent => this.#reply(ref, sent ? sentJson(sent, clock) : {}))
  }

  /** One after another, each when the one before was taken: a program cannot make the server hold many rooms for it. */
  #join(wanted: Join, frameOf: JoinReply): Promise<void> {
    const join = async () => {
      await this.#connection.taken()
      await this.#deps.answerTurns.runCatchUp(this.userId, () => this.#joinInTurn(wanted, frameOf))
    }
    const result = this.#lastJoin.then(join, join)
    this.#lastJoin = result
    return result
  }

  /** Read and answered in turn with the events, so that no event that the answer does not hold can come before it. */
  #joinInTurn({ roomId, version: shown, before }: Join, frameOf: JoinReply): Promise<void> {
    const { rooms, hub, clock } = this.#deps
    const join = async () => {
      const view = await rooms.reads.readRoom(roomId, this.userId, askFor({ before }))
      if (this.#isOver) return
      this.#joined.add(roomId)
      await hub.enterRoom(roomId, this)
      if (this.#isOver) return
      const activeUsers = hub.activeUsers(roomId)
      const version = versionOf(view)
      const unchanged = version === shown && before === undefined
      const hasEarlier = view.previous !== null
      const messages = unchanged ? [] : roomMessagesJson(view, await this.#names.of([this.userId, view.otherId]), clock)
      await rooms.noteVanishedShown(roomId, this.userId, totalsOf(view.vanished))
      const frame = frameOf({ version, unchanged, hasEarlier, messages, activeUsers })
      if (frame !== null) this.#connection.catchUp(frame)
      for (const vanished of outstandingFrames(view, this.userId)) this.#write(vanished)
    }
    return new Promise((resolve, reject) => this.#tasks.add(() => join().then(resolve, reject)))
  }

  #reply(ref: Ref | undefined, fields: object): void {
    if (ref !== undefined) this.#connection.write(writeReply(ref, fields))
  }

  #takeRefusal(error: unknown, ref: Ref | undefined): void {
    if (!(error instanceof ChatError)) throw error
    this.#deps.onRefused(error.code)
    this.#refuse(error, ref)
  }

  #refuse(error: ChatError, ref: Ref | undefined): void {
    const message = refusalSentence(error, translator(defaultLanguage), this.#deps.messageMaxLength)
    const retryAfterMs = error.retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(error.retryAfterMs))
    const refusal = { code: error.code, message, retryAfterMs }
    this.#write(ref === undefined ? { type: 'error', ...refusal } : { type: 'reply', ref, ok: false, ...refusal })
  }

  #write(frame: ServerFrame): void {
    this.#connection.write(writeFrame(frame))
  }

  #fail(error: unknown): void {
    this.#deps.log.error({ err: error }, 'a program could not be kept up to date')
    this.close(closeCodes.internalError)
  }
}

const writeFrame = (frame: ServerFrame): string => JSON.stringify(frame)

/** What a command is answered with, when it was done. To write the fields alone takes less time than to copy them first. */
function writeReply(ref: Ref, fields: object): string {
  const rest = JSON.stringify(fields).slice(1)
  return `{"type":"reply","ref":${JSON.stringify(ref)},"ok":true${rest === '}' ? '' : ','}${rest}`
}
