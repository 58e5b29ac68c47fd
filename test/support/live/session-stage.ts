import pino from 'pino'
import { onTestFinished, vi } from 'vitest'
import type { Engine, RoomId, RoomView, UserId } from '#src/chat/engine.js'
import type { Rooms } from '#src/chat/rooms.js'
import { readConfig } from '#src/config.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import type { CloseCode } from '#src/live/client/close-codes.js'
import type { ClientSession, Identity } from '#src/live/client/subscriber.js'
import type { Transport } from '#src/live/client/transport.js'
import { Connections } from '#src/live/connections.js'
import { greetingOf, PageSessions } from '#src/live/html/page-sessions.js'
import { Hub } from '#src/live/hub.js'
import { ProgramSession } from '#src/live/json/program-session.js'
import { Connection } from '#src/live/transport/connection.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { UnreadBytes } from '#src/unread-bytes.js'
import { roomsOn } from '../engine/rooms-on.js'
import { generous } from '../engine/world.js'
import { FakeClock } from '../fake-clock.js'
import { noTurns } from '../no-turns.js'

/** A transport that only takes notes. */
class NotedTransport implements Transport {
  readonly written: string[] = []
  readonly closed: CloseCode[] = []
  isBusy = false
  /** How often it was to be cut if it takes nothing. */
  cuts = 0
  /** What takes the frames of the other end. */
  session: ClientSession | null = null
  #tellClosed = () => {}

  open(session: ClientSession): void {
    this.session = session
  }

  write(text: string): void {
    this.written.push(text)
  }

  catchUp(text: string): void {
    this.written.push(text)
  }

  async taken(): Promise<void> {}

  close(code: CloseCode): void {
    this.closed.push(code)
  }

  cutIfStalled(): void {
    this.cuts += 1
  }

  whenClosed(tell: () => void): void {
    this.#tellClosed = tell
  }

  /** The other end closes it. */
  end(): void {
    this.#tellClosed()
  }

  cut(): void {}

  /** All that was written so far. */
  get text(): string {
    return this.written.join('\n')
  }

  forget(): void {
    this.written.length = 0
  }
}

/** An engine, a hub and client sessions, wired as in production, over transports that only take notes. */
export class SessionStage {
  readonly clock = new FakeClock()
  readonly engine: Engine = new MemoryEngine({
    ...generous,
    messageTtlMs: 600_000,
    keepLonger: true,
    clock: this.clock,
  })
  readonly rooms: Rooms = roomsOn(this.engine)
  readonly namesOf = vi.fn(async (ids: readonly UserId[]) => new Map(ids.map(id => [id, `name-of-${id}`])))
  readonly admit = vi.fn(async () => {})
  readonly #log = pino({ level: 'silent' })
  readonly hub = new Hub(this.engine, this.clock, this.#log, 100)
  #count = 0

  /** A stage that ends with the test. */
  static start(): SessionStage {
    const stage = new SessionStage()
    onTestFinished(async () => {
      stage.hub.stop()
      await stage.engine.stop()
    })
    return stage
  }

  /** Opens the room of two people for both. */
  async openRoom(userId = 'ann', otherId = 'ben'): Promise<RoomView> {
    await this.engine.openRoom(otherId, userId)
    return this.engine.openRoom(userId, otherId)
  }

  /** A connection of a person's, opened as from outside, with what it waits for as a promise. */
  connect(userId: UserId, roomId: RoomId | null, kind: 'page' | 'program' = 'page', rooms = this.rooms) {
    const transport = new NotedTransport()
    const { hub, clock } = this
    const connections = new Connections({
      ...{ hub, clock, log: this.#log, unreadBytes: new UnreadBytes({ each: 1e9, all: 1e9 }) },
      onRefused: () => {},
    })
    const opened = connections.open({
      ...{ identity: identityOf(userId), roomId },
      openTransport: () => transport,
      openSession: parts => {
        if (kind === 'page') return this.#pageSessions(rooms).open(parts, newPage)
        const session = this.#programSession(parts.id, parts.identity, parts.connection, rooms)
        return { session, start: () => session.start(roomId) }
      },
    })
    return { transport, opened }
  }

  /** A page of a person's, of a room or of the list of chats, caught up and with nothing written yet. */
  async openPage(userId: UserId, roomId: RoomId | null) {
    const transport = new NotedTransport()
    const parts = { ...this.#newConnection(userId, transport), roomId }
    const { session, start } = this.#pageSessions(this.rooms).open(parts, newPage)
    await this.hub.add(session)
    await start()
    transport.forget()
    return { session, transport }
  }

  /** A program of a person's. `rooms` may be slower than the stage's own. */
  async openProgram(userId: UserId, rooms = this.rooms) {
    const transport = new NotedTransport()
    const { id, identity, connection } = this.#newConnection(userId, transport)
    const session = this.#programSession(id, identity, connection, rooms)
    await this.hub.add(session)
    return { session, transport }
  }

  /** Sends a message. */
  send(roomId: RoomId, userId: UserId, content: string) {
    return this.rooms.send(roomId, userId, { content, nonce: content.replaceAll(' ', '-') })
  }

  #pageSessions(rooms: Rooms): PageSessions {
    const { clock, namesOf, admit, hub } = this
    return new PageSessions(
      {
        ...{ rooms, clock, namesOf, lifetimeRules: readConfig({}), serverId: 'server' },
        hasBlocked: async () => false,
        isTyping: (room, typist) => hub.isTyping(room, typist),
      },
      {
        ...{ rooms, hub, log: this.#log, messageMaxLength: 100, onRefused: () => {}, admit },
        ...{ writeTurns: new WriteTurns(), answerTurns: noTurns },
      },
    )
  }

  #programSession(id: string, identity: Identity, connection: Connection, rooms: Rooms): ProgramSession {
    const { clock, namesOf, hub } = this
    const deps = { ...{ rooms, hub, clock, namesOf, log: this.#log }, messageMaxLength: 100, onRefused: () => {} }
    return new ProgramSession(id, identity, connection, { ...deps, answerTurns: noTurns, countJoin: () => {} })
  }

  #newConnection(userId: UserId, transport: Transport) {
    this.#count += 1
    const identity = identityOf(userId)
    return { id: `c${this.#count}`, identity, connection: new Connection(transport, identity, this.clock, this.#log) }
  }
}

/** What a page says when it connects that was just loaded. */
const newPage = greetingOf(new URLSearchParams())

function identityOf(userId: UserId): Identity {
  return {
    ...{ userId, sessionId: 'session', zone: null, language: 'en', announced: [] },
    endsAt: Number.POSITIVE_INFINITY,
    readEnd: async () => Number.POSITIVE_INFINITY,
  }
}

/** Resolves when what has happened so far was written. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
}
