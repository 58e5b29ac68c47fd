import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { RoomId, UserId } from '#src/chat/engine.js'
import { type CloseCode, closeCodes } from '#src/live/client/close-codes.js'
import type { PeerNotice, Peers, Visit } from '#src/live/peers.js'
import type { RedisLink } from '#src/redis/link.js'
import { RedisScript } from '#src/redis/script.js'
import type { SharedStore } from '#src/shared-store/shared-store.js'

/** How long a lease holds that is not renewed, ms: three heartbeats. */
const leaseMs = 45_000
/** More leases than there can be: of a room's visits there are two people on each node. */
const unbounded = 1_000_000
const toAll = 'nodes'

const script = (name: string) => new RedisScript(new URL(`scripts/${name}.lua`, import.meta.url))
const [holdScript, dropScript] = [script('hold'), script('drop')]

const names = z.array(z.instanceof(Buffer).transform(bytes => bytes.toString()))
const id = z.string()
const isCloseCode = (code: unknown): code is CloseCode => Object.values(closeCodes).some(known => known === code)
/** What nodes tell each other. One of another version may tell what this one does not know. */
const toldSchema = z.object({
  from: id,
  notice: z.discriminatedUnion('type', [
    z.object({ type: z.literal('session.ended'), userId: id, sessionId: id }),
    z.object({ type: z.literal('account.changed'), userId: id, code: z.custom<CloseCode>(isCloseCode) }),
    z.object({ type: z.literal('updates.paused'), userId: id, sessionId: id, roomId: id, isPaused: z.boolean() }),
    z.object({ type: z.literal('room.visited'), roomId: id, userId: id, isOpen: z.boolean() }),
  ]),
})

export interface RedisPeersOptions {
  readonly link: RedisLink
  readonly store: Pick<SharedStore, 'publish' | 'subscribe'>
  /** Keys hold no id in clear, but what this makes of them. The same on every node. */
  readonly secret: string
  /** Told what could not be told to other nodes, or not be understood; must not throw itself. */
  readonly onError: (error: unknown) => void
}

/** The other nodes on the same Redis. */
export class RedisPeers implements Peers {
  readonly nodeId = randomBytes(6).toString('base64url')
  readonly #link: RedisLink
  readonly #store: RedisPeersOptions['store']
  readonly #secret: string
  readonly #onError: (error: unknown) => void
  #hear: (notice: PeerNotice, nodeId: string) => void = () => {}

  private constructor({ link, store, secret, onError }: RedisPeersOptions) {
    this.#link = link
    this.#store = store
    this.#secret = secret
    this.#onError = onError
  }

  /** Begins to hear other nodes. @throws ChatError `storage_failed` */
  static async start(options: RedisPeersOptions): Promise<RedisPeers> {
    const peers = new RedisPeers(options)
    for (const channel of [toAll, `node:${peers.nodeId}`]) {
      await options.store.subscribe(channel, message => peers.#take(message))
    }
    return peers
  }

  async holdPlace(userId: UserId, connectionId: string, most: number): Promise<boolean> {
    const held = await this.#hold(`places:${userId}`, connectionId, most)
    return held.length > 0
  }

  async dropPlace(userId: UserId, connectionId: string): Promise<void> {
    await this.#drop(`places:${userId}`, connectionId)
  }

  async holdVisit(roomId: RoomId, userId: UserId): Promise<readonly Visit[]> {
    return (await this.#hold(`visits:${roomId}`, this.#visitOf(userId), unbounded)).flatMap(readVisit)
  }

  async dropVisit(roomId: RoomId, userId: UserId): Promise<readonly Visit[]> {
    return (await this.#drop(`visits:${roomId}`, this.#visitOf(userId))).flatMap(readVisit)
  }

  async tell(notice: PeerNotice, nodeIds?: readonly string[]): Promise<void> {
    const message = JSON.stringify({ from: this.nodeId, notice })
    const channels = nodeIds?.map(nodeId => `node:${nodeId}`) ?? [toAll]
    await Promise.all(channels.map(channel => this.#store.publish(channel, message).catch(this.#onError)))
  }

  onTold(hear: (notice: PeerNotice, nodeId: string) => void): void {
    this.#hear = hear
  }

  #take(message: string): void {
    try {
      const { success, data } = toldSchema.safeParse(JSON.parse(message))
      if (success && data.from !== this.nodeId) this.#hear(data.notice, data.from)
    } catch (error) {
      this.#onError(error)
    }
  }

  #visitOf(userId: UserId): string {
    return `${this.nodeId} ${userId}`
  }

  async #hold(key: string, lease: string, most: number): Promise<readonly string[]> {
    return names.parse(await holdScript.run(this.#link, [this.#keyOf(key)], lease, leaseMs, most))
  }

  async #drop(key: string, lease: string): Promise<readonly string[]> {
    return names.parse(await dropScript.run(this.#link, [this.#keyOf(key)], lease))
  }

  #keyOf(key: string): string {
    const [kind = ''] = key.split(':', 1)
    return `${kind}:${createHmac('sha256', this.#secret).update(key).digest('base64url').slice(0, 22)}`
  }
}

function readVisit(lease: string): Visit[] {
  const [nodeId, userId] = lease.split(' ')
  return nodeId && userId ? [{ nodeId, userId }] : []
}
