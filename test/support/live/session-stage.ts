import pino from 'pino'
import { onTestFinished, vi } from 'vitest'
import type { Engine, RoomId, RoomView, UserId } from '#src/chat/engine.js'
import type { Rooms } from '#src/chat/rooms.js'
import { readConfig } from '#src/config.js'
import { createMemoryEngine } from '#src/engines/memory/engine.js'
import type { CloseCode } from '#src/live/client/close-codes.js'
import type { Identity, TextSink } from '#src/live/client/subscriber.js'
import { greetingOf, PageSessions } from '#src/live/html/page-sessions.js'
import { Hub } from '#src/live/hub.js'
import { ProgramSession } from '#src/live/json/program-session.js'
import { Connection } from '#src/live/transport/connection.js'
import { roomsOn } from '../engine/rooms-on.js'
import { generous } from '../engine/world.js'
import { FakeClock } from '../fake-clock.js'

/** A transport that only takes notes. */
class NotedTransport implements TextSink {
  readonly written: string[] = []
  readonly closed: CloseCode[] = []
  isBusy = false
  /** How often it was to be cut if it takes nothing. */
  cuts = 0

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
  readonly engine: Engine = createMemoryEngine({
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

  /** A page of a person's, of a room or of the list of chats, caught up and with nothing written yet. */
  async openPage(userId: UserId, roomId: RoomId | null) {
    const transport = new NotedTransport()
    const { rooms, clock, namesOf, admit, hub } = this
    const pages = new PageSessions(
      {
        ...{ rooms, clock, namesOf, lifetimeRules: readConfig({}), serverId: 'server' },
        isTyping: (room, typist) => hub.isTyping(room, typist),
      },
      { rooms, log: this.#log, messageMaxLength: 100, onRefused: () => {}, admit },
    )
    const context = { ...this.#connect(userId, transport), roomId }
    const { session, start } = pages.open(context, greetingOf(new URLSearchParams()))
    await hub.add(session)
    await start()
    transport.forget()
    return { session, transport }
  }

  /** A program of a person's. `rooms` may be slower than the stage's own. */
  async openProgram(userId: UserId, rooms = this.rooms) {
    const transport = new NotedTransport()
    const { clock, namesOf, hub } = this
    const { id, identity, connection } = this.#connect(userId, transport)
    const deps = { ...{ rooms, hub, clock, namesOf, log: this.#log }, messageMaxLength: 100, onRefused: () => {} }
    const session = new ProgramSession(id, identity, connection, { ...deps, countJoin: () => {} })
    await hub.add(session)
    return { session, transport }
  }

  /** Sends a message. */
  send(roomId: RoomId, userId: UserId, content: string) {
    return this.rooms.send(roomId, userId, { content, nonce: content.replaceAll(' ', '-') })
  }

  #connect(userId: UserId, transport: TextSink) {
    this.#count += 1
    const identity: Identity = {
      ...{ userId, sessionId: 'session', zone: null, language: 'en', announced: [] },
      endsAt: Number.POSITIVE_INFINITY,
      readEnd: async () => Number.POSITIVE_INFINITY,
    }
    return { id: `c${this.#count}`, identity, connection: new Connection(transport, identity, this.clock, this.#log) }
  }
}

/** Resolves when what has happened so far was written. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
}
