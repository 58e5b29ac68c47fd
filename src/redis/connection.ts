import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { ClusterLink } from './cluster-link.js'
import type { RedisLink } from './link.js'
import { SingleLink } from './single-link.js'

const longestRetryMs = 1_000
const firstShardedVersion = 7

/** Nothing is queued or sent twice: whoever asks is told at once that Redis is away. */
const options = {
  // After how long a command counts as unanswered. It may still have run: only a nonce makes sending again safe.
  commandTimeout: 2_000,
  connectTimeout: 5_000,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions

/**
 * Connects to a Redis, or to the cluster that it belongs to.
 * @param url such as `redis://user:password@host:6379/0`; `rediss:` for TLS
 * @param onError told of every failure of a connection, which is made anew by itself
 */
export async function connect(url: string, onError: (error: Error) => void): Promise<RedisLink> {
  const commands = await openClient(url, onError)
  const [cluster, server] = [await commands.info('cluster'), await commands.info('server')]
  if (!cluster.includes('cluster_enabled:1')) {
    const link = new SingleLink(commands, await openClient(url, onError))
    await link.readGeneration()
    return link
  }
  commands.disconnect()
  const version = Number.parseInt(/redis_version:(\d+)/.exec(server)?.[1] ?? '0', 10)
  const isSharded = version >= firstShardedVersion
  const subscriber = await openCluster(commands.options, isSharded, onError)
  const link = new ClusterLink(await openCluster(commands.options, false, onError), subscriber, isSharded)
  await link.readGeneration()
  return link
}

async function openClient(url: string, onError: (error: Error) => void): Promise<Redis> {
  const client = new Redis(url, {
    ...options,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Nobody would hear that it failed, and Node ends a process for that.
    autoResubscribe: false,
    // At once for the first time: each moment without channels loses events.
    retryStrategy: times => Math.min((times - 1) * 100, longestRetryMs),
  })
  client.on('error', onError)
  try {
    await client.connect()
  } catch (error) {
    // Else it would go on trying.
    client.disconnect()
    throw error
  }
  return client
}

/** @param node one of its servers, and how to log in to all of them */
async function openCluster(
  node: RedisOptions,
  shardedSubscribers: boolean,
  onError: (error: Error) => void,
): Promise<Cluster> {
  const cluster = new Cluster([{ host: node.host ?? 'localhost', port: node.port ?? 6379 }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    shardedSubscribers,
    redisOptions: {
      ...options,
      ...(node.username ? { username: node.username } : {}),
      ...(node.password ? { password: node.password } : {}),
      ...(node.tls ? { tls: node.tls } : {}),
    },
  })
  cluster.on('error', onError)
  await cluster.connect()
  return cluster
}
