import { Cluster, Redis, type RedisOptions } from 'ioredis'

/** After how long a command counts as unanswered, ms. It may still have run: only a nonce makes sending again safe. */
const commandTimeoutMs = 2_000
const connectTimeoutMs = 5_000
const longestRetryMs = 1_000
/** In how many parts a cluster keeps what the engine holds; on one Redis it is one. */
const clusterPartitions = 64
const firstShardedVersion = 7

/** What the engine uses of Redis: commands on one connection, and channels on another. */
export interface RedisLink {
  /** In how many partitions the engine keeps what it holds: each lies on one server. */
  readonly partitions: number
  /** Whether channels belong to one server each, as in a cluster of Redis 7 or newer. */
  readonly isSharded: boolean
  /**
   * Sends a command. Fails when it is unanswered after two seconds, or at once when there is no connection.
   * @throws RedisFailure
   */
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  /** Hears channels from now on, and again after each loss of the connection. */
  subscribe(channels: readonly string[]): Promise<void>
  /** Hears them no longer. */
  unsubscribe(channels: readonly string[]): Promise<void>
  /** Calls back with every message of the channels that are heard; the answer ends that. */
  onMessage(hear: (channel: string, message: Buffer) => void): () => void
  /** Calls back when channels are heard again after a loss: what was sent meanwhile is lost. The answer ends that. */
  onHealed(hear: () => void): () => void
  close(): void
}

/**
 * Why a command failed. The library's own errors have the command with them, and so what people wrote: none of that may reach a
 * log.
 */
export class RedisFailure extends Error {
  override readonly name = 'RedisFailure'

  /** @param isRefusal whether Redis answered with an error; else it did not answer */
  constructor(
    message: string,
    readonly isRefusal: boolean,
  ) {
    super(message)
  }
}

/** @throws RedisFailure */
function fail(error: unknown): never {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  throw new RedisFailure(message, name === 'ReplyError')
}

/** Nothing is queued or sent twice: whoever asks is told at once that Redis is away. */
const options = {
  commandTimeout: commandTimeoutMs,
  connectTimeout: connectTimeoutMs,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: true,
  // At once for the first time: each moment without channels loses events.
  retryStrategy: (times: number) => Math.min((times - 1) * 100, longestRetryMs),
} satisfies RedisOptions

/**
 * Connects to a Redis, or to the cluster that it belongs to.
 * @param url such as `redis://user:password@host:6379/0`; `rediss:` for TLS
 * @param onError told of every failure of a connection, which is made anew by itself
 */
export async function connect(url: string, onError: (error: Error) => void): Promise<RedisLink> {
  const first = new Redis(url, { ...options, lazyConnect: true })
  first.on('error', onError)
  await first.connect()
  const [cluster, server] = [await first.info('cluster'), await first.info('server')]
  const version = Number.parseInt(/redis_version:(\d+)/.exec(server)?.[1] ?? '0', 10)
  if (!cluster.includes('cluster_enabled:1')) {
    const subscriber = new Redis(url, { ...options, lazyConnect: true })
    subscriber.on('error', onError)
    await subscriber.connect()
    return new SingleLink(first, subscriber)
  }
  const [node, tls] = [first.options, first.options.tls]
  first.disconnect()
  const makeCluster = (shardedSubscribers: boolean) =>
    new Cluster([{ host: node.host ?? 'localhost', port: node.port ?? 6379 }], {
      enableOfflineQueue: false,
      lazyConnect: true,
      shardedSubscribers,
      redisOptions: {
        ...{ commandTimeout: commandTimeoutMs, connectTimeout: connectTimeoutMs, maxRetriesPerRequest: 0 },
        ...(node.username ? { username: node.username } : {}),
        ...(node.password ? { password: node.password } : {}),
        ...(tls ? { tls } : {}),
      },
    })
  const isSharded = version >= firstShardedVersion
  const [commands, subscriber] = [makeCluster(false), makeCluster(isSharded)]
  for (const each of [commands, subscriber]) {
    each.on('error', onError)
    await each.connect()
  }
  return new ClusterLink(commands, subscriber, isSharded)
}

/** One Redis. */
class SingleLink implements RedisLink {
  readonly partitions = 1
  readonly isSharded = false

  constructor(
    private readonly commands: Redis,
    private readonly subscriber: Redis,
  ) {}

  call(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.commands.callBuffer(command, ...args).catch(fail)
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await this.subscriber.subscribe(...channels)
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await this.subscriber.unsubscribe(...channels)
  }

  onMessage(hear: (channel: string, message: Buffer) => void): () => void {
    const listener = (channel: Buffer, message: Buffer) => hear(channel.toString(), message)
    this.subscriber.on('messageBuffer', listener)
    return () => this.subscriber.off('messageBuffer', listener)
  }

  onHealed(hear: () => void): () => void {
    return onReady(this.subscriber, hear)
  }

  close(): void {
    this.commands.disconnect()
    this.subscriber.disconnect()
  }
}

/** A cluster. */
class ClusterLink implements RedisLink {
  readonly partitions = clusterPartitions

  constructor(
    private readonly commands: Cluster,
    private readonly subscriber: Cluster,
    readonly isSharded: boolean,
  ) {}

  call(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.commands.callBuffer(command, ...args).catch(fail)
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    // A call may name channels of one slot alone.
    for (const channel of channels) {
      await (this.isSharded ? this.subscriber.ssubscribe(channel) : this.subscriber.subscribe(channel))
    }
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      await (this.isSharded ? this.subscriber.sunsubscribe(channel) : this.subscriber.unsubscribe(channel))
    }
  }

  onMessage(hear: (channel: string, message: Buffer) => void): () => void {
    const listener = (channel: Buffer, message: Buffer) => hear(channel.toString(), message)
    const event = this.isSharded ? 'smessageBuffer' : 'messageBuffer'
    this.subscriber.on(event, listener)
    return () => this.subscriber.off(event, listener)
  }

  onHealed(hear: () => void): () => void {
    return onReady(this.subscriber, hear)
  }

  close(): void {
    this.commands.disconnect()
    this.subscriber.disconnect()
  }
}

/** Calls back once a connection that was lost is there again, and its channels with it. */
function onReady(subscriber: Redis | Cluster, hear: () => void): () => void {
  // ioredis subscribes anew behind this event; what is asked after that comes later.
  const listener = () => setImmediate(hear)
  subscriber.on('ready', listener)
  return () => subscriber.off('ready', listener)
}
