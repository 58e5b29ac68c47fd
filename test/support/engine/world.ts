import { onTestFinished } from 'vitest'
import {
  audienceOf,
  type Draft,
  type Engine,
  type EngineEvent,
  type EngineOptions,
  heardBy,
  type Message,
  type Privacy,
  type RoomId,
  type RoomSummary,
  type UserId,
} from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import type { FakeClock } from '../fake-clock.js'

/** What a test of any engine needs: the engine, its clock, and whatever its listeners threw. */
export interface Harness {
  readonly engine: Engine
  readonly clock: FakeClock
  readonly listenerErrors: readonly unknown[]
  /** Resolves when every event of the commands so far has been told. */
  settle(): Promise<void>
}

/** Makes a new, empty engine with a clock of its own. */
export type MakeEngine = (options: EngineOptions) => Promise<Harness>

export type EventType = EngineEvent['type']
export type EventOf<T extends EventType> = Extract<EngineEvent, { type: T }>

/** Long enough that nothing lapses or dissolves by itself in a test about something else. */
export const day = 86_400_000

export const generous: EngineOptions = {
  roomGraceMs: day,
  roomMaxMessages: 2_000,
  maxBytes: 1_000_000_000,
  maxBytesPerPerson: 1_000_000_000,
}

const keepsNothing: Privacy = { sendsReceipts: true, sendsTyping: true, blocked: [] }

/** An engine under test with everything it has told. */
export class World {
  readonly events: EngineEvent[] = []
  #nonces = 0

  private constructor(readonly harness: Harness) {
    harness.engine.subscribe(event => this.events.push(event))
  }

  /** A new world; `options` may narrow the generous ones. */
  static async make(makeEngine: MakeEngine, options: Partial<EngineOptions> = {}): Promise<World> {
    return new World(await makeEngine({ ...generous, ...options }))
  }

  /** A new world that ends with the test. */
  static async start(makeEngine: MakeEngine, options: Partial<EngineOptions> = {}): Promise<World> {
    const world = await World.make(makeEngine, options)
    onTestFinished(() => world.engine.stop())
    return world
  }

  get engine(): Engine {
    return this.harness.engine
  }

  now(): number {
    return this.harness.clock.now()
  }

  /** Moves the clock on and waits for what that causes. */
  async advance(ms: number): Promise<void> {
    await this.harness.clock.advance(ms)
    await this.harness.settle()
  }

  /** Opens the room of two people, ann and bob unless told; each of the two does. */
  async open(userId: UserId = 'ann', otherId: UserId = 'bob'): Promise<RoomId> {
    await this.engine.openRoom(userId, otherId)
    return this.openAlone(otherId, userId)
  }

  /** One person opens their room with another. */
  async openAlone(userId: UserId = 'ann', otherId: UserId = 'bob'): Promise<RoomId> {
    return (await this.engine.openRoom(userId, otherId)).id
  }

  /** Lets a person keep something from others, and nothing else. */
  keep(userId: UserId, privacy: Partial<Privacy>, lingerMs = 0): Promise<readonly UserId[]> {
    return this.engine.setPrivacy(userId, { ...keepsNothing, ...privacy }, lingerMs)
  }

  /** What a person was told so far, as their pages hear it. */
  async toldTo(userId: UserId): Promise<EngineEvent[]> {
    await this.harness.settle()
    return this.events.flatMap(event => (audienceOf(event).includes(userId) ? (heardBy(event, userId) ?? []) : []))
  }

  /** The first hundred chats of a person's list. */
  async chats(userId: UserId): Promise<readonly RoomSummary[]> {
    return (await this.engine.listRooms(userId, { limit: 100 })).rooms
  }

  /** Sends a message and returns it. */
  async send(roomId: RoomId, senderId: UserId, draft: Partial<Draft> = {}): Promise<Message> {
    return (await this.engine.sendMessage(roomId, senderId, this.draft(draft))).message
  }

  /** A draft with a nonce of its own that lives for a minute, unless told. */
  draft(draft: Partial<Draft> = {}): Draft {
    this.#nonces += 1
    return { nonce: `nonce-${this.#nonces}`, text: 'hello', image: null, lifetimeMs: 60_000, ...draft }
  }

  /** All events of a type so far. */
  async told<T extends EventType>(type: T): Promise<EventOf<T>[]> {
    await this.harness.settle()
    return this.events.filter((event): event is EventOf<T> => event.type === type)
  }

  /** What was told of a room. */
  async toldOf(roomId: RoomId): Promise<EngineEvent[]> {
    await this.harness.settle()
    return this.events.filter(event => 'roomId' in event && event.roomId === roomId)
  }

  /** Forgets what was told so far. */
  async hush(): Promise<void> {
    await this.harness.settle()
    this.events.length = 0
  }
}

/** The code that a call was refused with, or `accepted`. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'accepted'
  } catch (error) {
    if (error instanceof ChatError) return error.code
    throw error
  }
}

/** The texts of messages. */
export function texts(messages: readonly Message[]): string[] {
  return messages.map(message => message.text)
}
