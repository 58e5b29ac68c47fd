/** Long because every method of the port is answered here, each in one place. */

import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '#src/chat/clock.js'
import type {
  CountedCommands,
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
  Reach,
  RoomId,
  RoomList,
  RoomListAsk,
  RoomView,
  Sent,
  UserId,
  VanishedTotals,
  WindowAsk,
} from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { Publisher } from '#src/chat/publisher.js'
import type { RedisLink } from '#src/redis/link.js'
import { HeardEvents } from './heard-events.js'
import { HeldLeases } from './held-leases.js'
import type { PackedReader } from './packed-reader.js'
import { dissolveReasonOf, readPublication } from './publications.js'
import { type RoomCommandParts, RoomCommands } from './room-commands.js'
import { RoomIds } from './room-ids.js'
import { RoomLists } from './room-lists.js'
import { type CommandLimit, ScriptRunner } from './script-runner.js'
import type { CommandName } from './script-texts.js'
import { SentBytes } from './sent-bytes.js'
import { Sweeper } from './sweeper.js'
import { UnreadSums } from './unread-sums.js'
import { readPresence, readQuote, readReach, readView } from './views.js'

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
  /**
   * Told that events for a person who holds a lease here (null: for all of them) may be lost: the channels were, the lease had
   * lapsed, or an event is missing. What their pages show has to be read anew.
   */
  readonly onMissed?: (userId: UserId | null) => void
  /**
   * Told that Redis has lost what it held, as after a restart: rooms are gone, and what people keep from others has to be told anew
   * (see `Engine.setPrivacy`), before anybody opens a room. Leases come back as they are renewed.
   */
  readonly onEmptied?: () => void
  /**
   * Whether rooms are opened only once it was told what people keep from others (see `noteToldPrivacy`): `openRoom` fails with
   * `storage_failed` until then.
   */
  readonly waitsForPrivacy?: boolean
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
  readonly #lists: RoomLists
  readonly #parts: RoomCommandParts
  readonly #commands: RoomCommands
  readonly #unread: UnreadSums
  readonly #leases: HeldLeases
  readonly #heard = new HeardEvents()
  /** The channels that this node hears. */
  readonly #partitionOfChannel: ReadonlyMap<string, number>
  readonly #onError: (error: unknown) => void
  readonly #onMissed: (userId: UserId | null) => void
  #endHearing: () => void = () => {}
  #endHealing: () => void = () => {}
  #isStopped = false

  private constructor(options: RedisEngineOptions) {
    const { link, clock, secret, onError, onMissed = () => {}, onEmptied = () => {}, ...others } = options
    const { hearsAll = false, waitsForPrivacy = false, space = '', now = null, ...given } = others
    const nodeId = randomBytes(6).toString('base64url')
    this.#link = link
    this.#onError = onError
    this.#onMissed = onMissed
    this.#runner = new ScriptRunner(link, { ...given, hearsAll, waitsForPrivacy, nodeId, space, now })
    this.#ids = new RoomIds(secret, link.partitions)
    this.#publisher = new Publisher(onError)
    this.#sweepers = this.#runner.tags.map((_, index) => new Sweeper(this.#runner, index, clock, onError, onEmptied))
    this.#lists = new RoomLists(this.#runner, this.#ids)
    this.#parts = { runner: this.#runner, ids: this.#ids, sent: new SentBytes(this.#runner) }
    this.#commands = new RoomCommands(this.#parts, null)
    this.#unread = new UnreadSums(hearsAll)
    this.#leases = new HeldLeases(this.#runner)
    this.#partitionOfChannel = new Map(
      this.#runner.tags.flatMap((tag, partition) =>
        channelsOf(tag, hearsAll ? null : nodeId).map(channel => [channel, partition] as const),
      ),
    )
  }

  /** Begins to hear events, and to sweep what is due unless a test does. */
  static async start(options: RedisEngineOptions): Promise<RedisEngine> {
    const engine = new RedisEngine(options)
    engine.#endHearing = options.link.onMessage((channel, message) => {
      const partition = engine.#partitionOfChannel.get(channel)
      if (partition !== undefined) engine.#hear(message, partition)
    })
    engine.#endHealing = options.link.onHealed(() => engine.#onMissed(null))
    await options.link.subscribe([...engine.#partitionOfChannel.keys()])
    if (options.now !== undefined) return engine
    await engine.sweep()
    for (const sweeper of engine.#sweepers) sweeper.start()
    return engine
  }

  /** Names what Redis holds, the same on every node: another name says that some of it was lost. */
  get runId(): string {
    const names = this.#sweepers.map(({ name }) => name).join(' ')
    return createHash('sha256').update(names).digest('base64url').slice(0, 8)
  }

  /** Whether Redis knows what people keep from others, as some node has told it. */
  async isToldPrivacy(): Promise<boolean> {
    const answers = await this.#runner.runEverywhere('told', '')
    return answers.every(answer => answer.boolean())
  }

  /** Notes that `setPrivacy` was called for everybody since Redis was empty: from now on rooms may be opened. */
  async noteToldPrivacy(): Promise<void> {
    await this.#runner.runEverywhere('told', 1)
  }

  async openRoom(userId: UserId, otherId: UserId): Promise<RoomView> {
    if (userId === otherId) throw new ChatError('not_found')
    const pair = this.#ids.pairOf(userId, otherId)
    const { id, epoch, idBegin } = this.#ids.create(pair)
    const answer = await this.#runInRoom('open', pair, pair, userId, otherId, id, epoch, idBegin)
    if (answer.boolean()) await this.#lists.settleNew(this.#partitionOf(pair), userId, otherId)
    return readView(answer, this.#link.generation)
  }

  async isMember(roomId: RoomId, userId: UserId): Promise<boolean> {
    const partition = this.#ids.partitionOf(roomId)
    return partition !== null && (await this.#runner.run('member', partition, roomId, userId)).boolean()
  }

  async readRoom(roomId: RoomId, userId: UserId, ask: WindowAsk = { of: 'visit' }): Promise<RoomView> {
    const answer = await this.#runInRoom('read', roomId, roomId, userId, ...argumentsOf(ask))
    return readView(answer, this.#link.generation)
  }

  async readQuote(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<Quote | null> {
    return readQuote(await this.#runInRoom('quote', roomId, roomId, userId, messageId))
  }

  async readReach(roomId: RoomId, messageId: MessageId): Promise<Reach | null> {
    const partition = this.#ids.partitionOf(roomId)
    return partition === null ? null : readReach(await this.#runner.run('reach', partition, roomId, messageId))
  }

  async listRooms(userId: UserId, ask: RoomListAsk): Promise<RoomList> {
    return this.#lists.read(userId, ask)
  }

  async listOthers(userId: UserId, limit: number): Promise<readonly UserId[]> {
    return this.#lists.readOthers(userId, limit)
  }

  sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<Sent> {
    return this.#commands.sendMessage(roomId, senderId, draft)
  }

  removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    return this.#commands.removeMessage(roomId, userId, messageId)
  }

  setLifetime(roomId: RoomId, userId: UserId, lifetime: Lifetime): Promise<void> {
    return this.#commands.setLifetime(roomId, userId, lifetime)
  }

  setErasure(roomId: RoomId, userId: UserId, erasesWhenLeft: boolean): Promise<void> {
    return this.#commands.setErasure(roomId, userId, erasesWhenLeft)
  }

  keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    return this.#commands.keepLonger(roomId, userId)
  }

  /** The same commands, each of which counts for a limit before it does anything, in the same round trip; with one partition. */
  counting(limit: CommandLimit): CountedCommands {
    return new RoomCommands(this.#parts, limit)
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

  setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    return this.#commands.setTyping(roomId, userId, isTyping)
  }

  endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    return this.#commands.endRoom(roomId, userId)
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
    const isRenewed = this.#unread.hold(userId, leaseId)
    this.#heard.expect(userId)
    const askedAt = this.#unread.order
    const held = await this.#leases.hold(userId, leaseId, ttlMs)
    let isMissing = false
    for (const [partition, { isNew, unread, told }] of held.entries()) {
      this.#unread.note(userId, partition, unread, askedAt)
      const isLost = this.#heard.renew(userId, partition, told)
      isMissing ||= isLost || (isRenewed && isNew)
    }
    if (isMissing) this.#onMissed(userId)
  }

  async dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void> {
    if (this.#unread.drop(userId, leaseId)) this.#heard.forget(userId)
    this.#leases.flush()
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
    this.#endHealing()
    await this.#link.unsubscribe([...this.#partitionOfChannel.keys()]).catch(this.#onError)
  }

  /** Runs a script in the partition of a room or a pair. @throws ChatError `not_found` for what is no id of a room */
  async #runInRoom(name: CommandName, roomIdOrPair: string, ...args: (string | number)[]): Promise<PackedReader> {
    return this.#runner.run(name, this.#partitionOf(roomIdOrPair), ...args)
  }

  #partitionOf(roomIdOrPair: string): number {
    const partition = this.#ids.partitionOf(roomIdOrPair)
    if (partition === null) throw new ChatError('not_found')
    return partition
  }

  #hear(message: Buffer, partition: number): void {
    try {
      const missed = new Set<UserId>()
      const { told, notices } = readPublication(message, (userId, unread, number) => {
        if (this.#heard.hear(userId, partition, number)) missed.add(userId)
        return this.#runner.partitions === 1 ? unread : this.#unread.note(userId, partition, unread)
      })
      this.#publisher.publish(told, notices)
      for (const userId of missed) this.#onMissed(userId)
    } catch (error) {
      this.#onError(error)
    }
  }
}

/** The channels of a partition on which a node hears; null: one that hears everything. As in scripts/shared/telling.lua. */
function channelsOf(tag: string, nodeId: string | null): string[] {
  return nodeId === null ? [`all:${tag}`] : [`told:${tag}:${nodeId}`, `notices:${tag}`]
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
