// Long because it watches everything that an engine tells.
import { isDeepStrictEqual } from 'node:util'
import { onTestFinished } from 'vitest'
import type {
  Draft,
  Engine,
  EngineEvent,
  EngineOptions,
  EventBody,
  Message,
  Presence,
  Privacy,
  Publication,
  RoomId,
  RoomSummary,
  ServerNotice,
  UserId,
} from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import type { FakeClock } from '../fake-clock.js'

/** What a test of any engine needs: the engine, its clock, and whatever its subscribers threw. */
export interface Harness {
  readonly engine: Engine
  readonly clock: FakeClock
  readonly subscriberErrors: readonly unknown[]
  /** Resolves when every event of the commands so far has been told. */
  settle(): Promise<void>
}

/** Makes a new, empty engine with a clock of its own. */
export interface MakeEngine {
  (options: EngineOptions): Promise<Harness>
  /** Which share of the usual runs of a property this engine has the time for; all, if left out. */
  readonly runsShare?: number
}

/** How often a property is tried with an engine, where `usual` is how often with one in memory. */
export function runsOf({ runsShare = 1 }: MakeEngine, usual: number): number {
  return Math.ceil(usual * runsShare)
}

export type EventType = EngineEvent['type']

/** What happened and who was told so, without what each person's pages show of the room after it. */
export type Heard = EventBody & { readonly to: readonly UserId[]; readonly roomId: RoomId }
export type HeardOf<T extends EventType> = Extract<Heard, { type: T }>

/** A draft as tests write it: of a message that lives so long, where its room allows as much. */
export type TestDraft = Partial<Omit<Draft, 'mostLifetimeMs'>> & { readonly lifetimeMs?: number }

/** Long enough that nothing lapses or dissolves by itself in a test about something else. */
export const day = 86_400_000

export const generous: EngineOptions = {
  // So long that a test's drafts alone say how long its messages live.
  messageTtlMs: 1e12,
  messageTtlMaxMs: 1e12,
  roomGraceMs: day,
  roomMaxMessages: 2_000,
  maxBytes: 1_000_000_000,
  maxBytesPerPerson: 1_000_000_000,
}

const keepsNothing: Privacy = { sendsReceipts: true, sendsTyping: true, blocked: [] }

/** An engine under test with everything it has told. */
export class World {
  readonly publications: Publication[] = []
  #nonces = 0

  private constructor(readonly harness: Harness) {
    harness.engine.subscribe(publication => this.publications.push(publication))
  }

  /** What was told so far: each event once, with all who were told the same. */
  get events(): Heard[] {
    return this.publications.flatMap(gather)
  }

  /** What the server itself was told so far. */
  get notices(): ServerNotice[] {
    return this.publications.flatMap(({ notices }) => notices)
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

  /** What a person was told so far. */
  async toldTo(userId: UserId): Promise<EngineEvent[]> {
    await this.harness.settle()
    return this.publications.flatMap(({ told }) => told.flatMap(each => (each.userId === userId ? each.event : [])))
  }

  /** The room with somebody that is in a person's list, or null. */
  async findRoom(userId: UserId, otherId: UserId): Promise<RoomId | null> {
    return (await this.allChats(userId)).find(room => room.otherId === otherId)?.id ?? null
  }

  /** A room as it is in a person's list; refused with `not_found` if it is not there. */
  async summary(roomId: RoomId, userId: UserId): Promise<RoomSummary> {
    const found = (await this.allChats(userId)).find(({ id }) => id === roomId)
    if (!found) throw new ChatError('not_found')
    return found
  }

  /** All chats of a person's list. */
  async allChats(userId: UserId): Promise<readonly RoomSummary[]> {
    return (await this.engine.listRooms(userId, { limit: 10_000 })).rooms
  }

  /** The first hundred chats of a person's list. */
  async chats(userId: UserId): Promise<readonly RoomSummary[]> {
    return (await this.engine.listRooms(userId, { limit: 100 })).rooms
  }

  /** Sends a message and returns it. */
  async send(roomId: RoomId, senderId: UserId, draft: TestDraft = {}): Promise<Message> {
    return (await this.engine.sendMessage(roomId, senderId, this.draft(draft))).message
  }

  /** A draft with a nonce of its own of a message that lives for a minute, unless told. */
  draft({ lifetimeMs = 60_000, ...draft }: TestDraft = {}): Draft {
    this.#nonces += 1
    return { nonce: `nonce-${this.#nonces}`, text: 'hello', image: null, mostLifetimeMs: lifetimeMs, ...draft }
  }

  /** What was told of a type so far. */
  async told<T extends EventType>(type: T): Promise<HeardOf<T>[]> {
    await this.harness.settle()
    return this.events.filter((event): event is HeardOf<T> => event.type === type)
  }

  /** What was told of a room. */
  async toldOf(roomId: RoomId): Promise<Heard[]> {
    await this.harness.settle()
    return this.events.filter(event => event.roomId === roomId)
  }

  /** The presences that people were told, each once, and who was told it. */
  async toldPresences(): Promise<{ readonly presence: Presence; readonly to: UserId[] }[]> {
    const told: { presence: Presence; to: UserId[] }[] = []
    for (const { presence, to } of await this.told('presence.changed')) {
      // Partitions tell by themselves: one may have said all before another begins. So it is the next that these people were not told.
      const lastTold = told.findLastIndex(
        each => each.presence.userId === presence.userId && to.some(userId => each.to.includes(userId)),
      )
      const same = told.find((each, index) => index > lastTold && isDeepStrictEqual(each.presence, presence))
      if (same) same.to.push(...to)
      else told.push({ presence, to: [...to] })
    }
    return told
  }

  /** Forgets what was told so far. */
  async hush(): Promise<void> {
    await this.harness.settle()
    this.publications.length = 0
  }
}

/** The events of a publication, each once, with all who were told the same. */
function gather({ told }: Publication): Heard[] {
  const gathered: { readonly body: EventBody & { roomId: RoomId }; readonly to: UserId[] }[] = []
  for (const { userId, event } of told) {
    const { summary: _summary, totalUnread: _totalUnread, ...body } = event
    const same = gathered.find(other => isDeepStrictEqual(other.body, body))
    if (same) same.to.push(userId)
    else gathered.push({ body, to: [userId] })
  }
  return gathered.map(({ body, to }) => ({ ...body, to }))
}

/** The code that a call was refused with, or `accepted`. */
export async function codeOf(call: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof call === 'function' ? call() : call)
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
