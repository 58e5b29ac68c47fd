/** Long because every method of the port is answered here, each in one place. */

import { randomBytes } from 'node:crypto'
import type { Clock } from '#src/chat/clock.js'
import type {
  CursorKind,
  Draft,
  Ending,
  Engine,
  EngineOptions,
  EngineStats,
  Lifetime,
  MessageId,
  OwnStats,
  Presence,
  Privacy,
  Publication,
  Quote,
  RoomId,
  RoomList,
  RoomListAsk,
  RoomView,
  Sent,
  UserId,
  VanishedTotals,
  WindowAsk,
} from '#src/chat/engine.js'
import { countBytes } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { Publisher } from '#src/chat/publisher.js'
import type { RedisLink } from './link.js'
import { packBody, RoomNames, readSide } from './message-lines.js'
import type { PackedReader } from './packed-reader.js'
import { dissolveReasonOf, readPublication } from './publications.js'
import { RoomIds } from './room-ids.js'
import { ScriptRunner } from './script-runner.js'
import type { ScriptName } from './script-texts.js'
import { Sweeper } from './sweeper.js'
import { readListed, readPresence, readQuote, readView } from './views.js'

/** How many endings and how many rooms of a person are given at most (see `Engine.listEndings`). */
const mostEndings = 100

/** What the Redis engine is given beside what every engine is. */
export interface RedisEngineOptions extends EngineOptions {
  readonly link: RedisLink
  /** For its timers alone: the time itself is Redis's. */
  readonly clock: Clock
  /** By which ids of rooms are made of their people: the same on every node. */
  readonly secret: string
  /** Told what a subscriber threw, and why something that nobody waits for failed; must not throw itself. */
  readonly onError: (error: unknown) => void
  /** Whether this node hears every event, also of people who hold no lease on it: for one node alone, and for tests. */
  readonly hearsAll?: boolean
  /** What sets this engine's keys apart from those of others on the same Redis. */
  readonly space?: string
  /** For tests alone, which sweep by themselves: the time in place of Redis's, ms. */
  readonly now?: () => number
}

/**
 * The engine over Redis: what its methods guarantee is written at the port. Each command is one script, in the partition of its
 * room; what is of one person is in every partition, and is asked there at once. What is due is swept by every node.
 *
 * Events come over channels, also of this node's own commands, mostly before the command's answer. A node hears those for people
 * who hold a lease on it.
 */
export class RedisEngine implements Engine {
  readonly #link: RedisLink
  readonly #runner: ScriptRunner
  readonly #ids: RoomIds
  readonly #publisher: Publisher
  readonly #sweepers: readonly Sweeper[]
  readonly #channels: readonly string[]
  readonly #onError: (error: unknown) => void
  #endHearing: () => void = () => {}
  #isStopped = false

  private constructor(options: RedisEngineOptions) {
    const { link, clock, secret, onError, hearsAll = false, space = '', now = null, ...given } = options
    const nodeId = randomBytes(6).toString('base64url')
    this.#link = link
    this.#onError = onError
    this.#runner = new ScriptRunner(link, { ...given, hearsAll, isSharded: link.isSharded, nodeId, space, now })
    this.#ids = new RoomIds(secret, link.partitions)
    this.#publisher = new Publisher(onError)
    this.#sweepers = this.#runner.tags.map((_, index) => new Sweeper(this.#runner, index, clock, onError))
    this.#channels = this.#runner.tags.flatMap(tag =>
      hearsAll ? [`all:${tag}`] : [`told:${tag}:${nodeId}`, `notices:${tag}`],
    )
  }

  /** Begins to hear events, and to sweep what is due unless a test does. */
  static async start(options: RedisEngineOptions): Promise<RedisEngine> {
    const engine = new RedisEngine(options)
    const isOurs = new Set(engine.#channels)
    engine.#endHearing = options.link.onMessage((channel, message) => {
      if (isOurs.has(channel)) engine.#hear(message)
    })
    await options.link.subscribe(engine.#channels)
    if (options.now === undefined) for (const sweeper of engine.#sweepers) sweeper.start()
    return engine
  }

  async openRoom(userId: UserId, otherId: UserId): Promise<RoomView> {
    if (userId === otherId) throw new ChatError('not_found')
    const pair = this.#ids.pairOf(userId, otherId)
    const { id, epoch, idBegin } = this.#ids.create(pair)
    return readView(await this.#runInRoom('open', pair, pair, userId, otherId, id, epoch, idBegin))
  }

  async isMember(roomId: RoomId, userId: UserId): Promise<boolean> {
    const partition = this.#ids.partitionOf(roomId)
    return partition !== null && (await this.#runner.run('member', partition, roomId, userId)).boolean()
  }

  async readRoom(roomId: RoomId, userId: UserId, ask: WindowAsk = { of: 'visit' }): Promise<RoomView> {
    return readView(await this.#runInRoom('read', roomId, roomId, userId, ...argumentsOf(ask)))
  }

  async readQuote(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<Quote | null> {
    return readQuote(await this.#runInRoom('quote', roomId, roomId, userId, messageId))
  }

  async listRooms(userId: UserId, { limit, before = '', among }: RoomListAsk): Promise<RoomList> {
    const args = among === undefined ? [userId, limit, before, 0] : [userId, limit, before, 1, ...among]
    const [first, ...others] = await this.#runner.runEverywhere('list', ...args)
    if (first === undefined || others.length > 0)
      throw new RangeError('A list over several partitions is not written yet')
    return { rooms: first.list(readListed), hasEarlier: first.boolean(), totalUnread: first.number() }
  }

  async listOthers(userId: UserId, limit: number): Promise<readonly UserId[]> {
    if (limit < 1) return []
    const answers = await this.#runner.runEverywhere('others', userId, limit)
    const others = answers.flatMap(answer =>
      answer.list(() => {
        answer.array()
        return { id: answer.string(), raisedAt: answer.number() }
      }),
    )
    if (answers.length > 1) others.sort((a, b) => b.raisedAt - a.raisedAt)
    return others.slice(0, limit).map(({ id }) => id)
  }

  async sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<Sent> {
    const { nonce, text, image, replyTo, mostLifetimeMs } = draft
    const textBytes = Buffer.byteLength(text) + Buffer.byteLength(image?.alt ?? '')
    const answer = await this.#runInRoom(
      ...(['send', roomId, roomId, senderId, this.#ids.digestOf(nonce), countBytes(draft), textBytes] as const),
      ...[image?.id ?? '', mostLifetimeMs ?? '', replyTo ?? '', packBody(draft)],
    )
    const room = RoomNames.read(answer)
    const side = readSide(answer)
    for (const line of answer.list(() => answer.bytes())) room.add(line)
    const message = room.messageFor(side, answer.number())
    return { message: { ...message, nonce }, duplicate: answer.boolean() }
  }

  async removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    await this.#runInRoom('remove', roomId, roomId, userId, messageId)
  }

  async setLifetime(roomId: RoomId, userId: UserId, { lifetimeMs, from }: Lifetime): Promise<void> {
    await this.#runInRoom('lifetime', roomId, roomId, userId, lifetimeMs, from)
  }

  async setErasure(roomId: RoomId, userId: UserId, erasesWhenLeft: boolean): Promise<void> {
    await this.#runInRoom('erasure', roomId, roomId, userId, erasesWhenLeft ? 1 : 0)
  }

  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#runInRoom('keep', roomId, roomId, userId)
  }

  async dismissWarning(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#runInRoom('dismiss', roomId, roomId, userId)
  }

  async moveCursor(
    roomId: RoomId,
    userId: UserId,
    kind: CursorKind,
    messageId: MessageId,
    inViewFrom?: number,
  ): Promise<void> {
    await this.#runInRoom('move', roomId, roomId, userId, kind, messageId, inViewFrom ?? '')
  }

  async noteVanishedShown(roomId: RoomId, userId: UserId, { theirs, mine }: VanishedTotals): Promise<void> {
    await this.#runInRoom('shown', roomId, roomId, userId, theirs, mine)
  }

  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    await this.#runInRoom('typing', roomId, roomId, userId, isTyping ? 1 : 0)
  }

  async endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#runInRoom('end', roomId, roomId, userId)
  }

  async listEndings(userId: UserId): Promise<readonly Ending[]> {
    const answers = await this.#runner.runEverywhere('endings', userId)
    const endings = answers.flatMap(answer => answer.list(readEnding))
    endings.sort((a, b) => b.drawn - a.drawn)
    return endings.slice(0, mostEndings).map(({ ending }) => ending)
  }

  async forgetPerson(userId: UserId): Promise<void> {
    await this.#runner.runEverywhere('forget', userId)
  }

  async setPrivacy(userId: UserId, privacy: Privacy, lingerMs: number): Promise<readonly UserId[]> {
    const { sendsReceipts, sendsTyping, blocked } = privacy
    const args = [userId, sendsReceipts ? 1 : 0, sendsTyping ? 1 : 0, lingerMs, ...blocked]
    const answers = await this.#runner.runEverywhere('privacy', ...args)
    return answers[0]?.list(reader => reader.string()) ?? []
  }

  async holdLease(userId: UserId, leaseId: string, ttlMs: number): Promise<void> {
    await this.#runner.runEverywhere('hold', userId, leaseId, ttlMs)
  }

  async dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void> {
    await this.#runner.runEverywhere('drop', userId, leaseId, lingerMs)
  }

  async readPresence(viewerId: UserId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>> {
    const byPartition = new Map<number, string[]>()
    for (const userId of userIds) {
      const pair = this.#ids.pairOf(viewerId, userId)
      const partition = this.#ids.partitionOf(pair) ?? 0
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), userId, pair])
    }
    const asked = [...byPartition].map(([partition, args]) =>
      this.#runner.run('presence', partition, viewerId, ...args),
    )
    const found = new Map<UserId, Presence>()
    for (const answer of await Promise.all(asked)) {
      for (const presence of answer.list(readFoundPresence)) found.set(presence.userId, presence)
    }
    return found
  }

  async readStats(): Promise<EngineStats> {
    const stats = { rooms: 0, messages: 0, onlineUsers: 0, bytesHeld: 0, expiredMessages: 0 }
    for (const answer of await this.#runner.runEverywhere('stats')) {
      stats.rooms += answer.number()
      stats.messages += answer.number()
      // A lease is held in every partition.
      stats.onlineUsers = Math.max(stats.onlineUsers, answer.number())
      stats.bytesHeld += answer.number()
      stats.expiredMessages += answer.number()
    }
    return stats
  }

  async readOwnStats(userId: UserId): Promise<OwnStats> {
    const own = { rooms: 0, messages: 0, bytesHeld: 0 }
    for (const answer of await this.#runner.runEverywhere('own', userId)) {
      own.rooms += answer.number()
      own.messages += answer.number()
      own.bytesHeld += answer.number()
    }
    return own
  }

  subscribe(subscriber: (publication: Publication) => void): () => void {
    return this.#publisher.subscribe(subscriber)
  }

  /** Performs all that is due. Returns in how many ms the next is; Infinity when none is, or the engine has stopped. */
  async sweep(): Promise<number> {
    if (this.#isStopped) return Number.POSITIVE_INFINITY
    return Math.min(...(await Promise.all(this.#sweepers.map(sweeper => sweeper.sweep()))))
  }

  /** Ends all timers and hears nothing more. What Redis holds stays: other nodes go on with it. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    for (const sweeper of this.#sweepers) sweeper.stop()
    this.#publisher.stop()
    this.#endHearing()
    await this.#link.unsubscribe(this.#channels).catch(this.#onError)
  }

  /** Runs a script in the partition of a room or a pair. @throws ChatError `not_found` for what is no id of a room */
  async #runInRoom(name: ScriptName, roomIdOrPair: string, ...args: (string | number)[]): Promise<PackedReader> {
    const partition = this.#ids.partitionOf(roomIdOrPair)
    if (partition === null) throw new ChatError('not_found')
    return this.#runner.run(name, partition, ...args)
  }

  #hear(message: Buffer): void {
    try {
      const { told, notices } = readPublication(message)
      this.#publisher.publish(told, notices)
    } catch (error) {
      this.#onError(error)
    }
  }
}

function argumentsOf(ask: WindowAsk): (string | number)[] {
  switch (ask.of) {
    case 'visit':
      return [ask.of]
    case 'newest':
      return [ask.of, ask.limit]
    case 'before':
    case 'after':
      return [ask.of, ask.seq, ask.limit]
    case 'page':
      return [ask.of, ask.from, ask.to, ask.isOpenEnded ? 1 : 0]
  }
}

function readEnding(reader: PackedReader): { readonly ending: Ending; readonly drawn: number } {
  // It was packed by itself, as Redis keeps it.
  const ending = reader.nested()
  const [roomId, otherId, word, byId] = [ending.string(), ending.string(), ending.string(), ending.string()]
  const reason = dissolveReasonOf(word)
  if (reason === 'empty') throw new RangeError('Why an empty room ended is not remembered')
  return {
    ending: { roomId, otherId, reason, byId: byId === '' ? null : byId, expiresAt: ending.number() },
    drawn: ending.number(),
  }
}

function readFoundPresence(reader: PackedReader): Presence {
  reader.array()
  return readPresence(reader, reader.string())
}
