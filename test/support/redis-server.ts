import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findRedisServer } from '../../scripts/setup.mjs'
import { freePort } from './free-port.js'

/** How many slots a cluster has. */
const slots = 16_384

/** A Redis server of its own, which writes nothing to a disk. */
export interface RedisServer {
  readonly url: string
  /** Sends it a signal, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void
  /** Has it forget everything, as after a restart. */
  empty(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Runs a server, says its process, and ends it when whoever has begun this says so, or is gone, however that came. */
const supervise =
  '"$@" & echo "process $!"; server=$!; cat > /dev/null; kill -9 $server; { wait $server; } 2> /dev/null; rm -rf "$0"'

/** Starts a Redis server on a free port. @param settings further settings, such as `['--cluster-enabled', 'yes']` */
export async function startRedisServer(settings: readonly string[] = []): Promise<RedisServer> {
  const [path, port] = [await findRedisServer(), await freePort()]
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-redis-'))
  const common = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no']
  const persistsNothing = ['--save', '', '--appendonly', 'no']
  const command = [path, ...common, ...persistsNothing, ...settings]
  const shell = spawn('sh', ['-c', supervise, folder, ...command], { stdio: ['pipe', 'pipe', 'inherit'] })
  const serverProcess = await new Promise<number>((resolve, reject) => {
    let output = ''
    shell.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      if (output.includes('eady to accept connections')) resolve(Number(/process (\d+)/.exec(output)?.[1]))
      if (output.includes('already in use')) reject(new Error(`The port ${port} is taken`))
    })
    shell.once('exit', code => reject(new Error(`The Redis server ended with ${code}: ${output}`)))
  })
  const url = `redis://127.0.0.1:${settings.includes('--port') ? settings[settings.indexOf('--port') + 1] : port}`
  return {
    url,
    signal: signal => void process.kill(serverProcess, signal),
    empty: async () => {
      const client = new Redis(url)
      await client.flushall()
      client.disconnect()
    },
    stop: async () => {
      if (shell.exitCode !== null) return
      shell.stdin.end()
      await once(shell, 'exit')
    },
  }
}

/** A cluster: the servers that hold a third of the slots each, and a replica of each, if it has any. */
export interface RedisCluster extends RedisServer {
  readonly masters: Three
  readonly replicas: readonly RedisServer[]
}

/** Starts a cluster of three Redis servers, which have a third of the slots each. Its address is that of the first. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const masters = await startClusterServers()
  await onEach(masters, async (client, index) => {
    const [first, next] = [index, index + 1].map(third => Math.floor((third * slots) / masters.length))
    await client.call('CLUSTER', 'ADDSLOTSRANGE', first ?? 0, (next ?? 0) - 1)
  })
  await introduce(masters)
  return clusterOf(masters, [])
}

/** The same with a replica of each, which takes its place some seconds after it has gone. */
export async function startReplicatedCluster(): Promise<RedisCluster> {
  const { masters } = await startRedisCluster()
  const replicas = await startClusterServers()
  await introduce([...masters, ...replicas])
  const ids = await onEach(masters, client => client.cluster('MYID'))
  await onEach(replicas, (client, index) => client.cluster('REPLICATE', ids[index] ?? ''))
  await until(replicas, async client => (await client.info('replication')).includes('master_link_status:up'))
  return clusterOf(masters, replicas)
}

function clusterOf(masters: Three, replicas: readonly RedisServer[]): RedisCluster {
  const stop = async () => void (await Promise.all([...masters, ...replicas].map(server => server.stop())))
  return { ...masters[0], masters, replicas, stop }
}

/** Has servers know each other. */
async function introduce(servers: readonly RedisServer[]): Promise<void> {
  const port = new URL(servers[0]?.url ?? '').port
  await onEach(servers, client => client.call('CLUSTER', 'MEET', '127.0.0.1', port))
  const isWhole = new RegExp(`cluster_state:ok[^]*cluster_known_nodes:${servers.length}\\b`)
  await until(servers, async client => isWhole.test(await client.cluster('INFO')))
}

/** Asks each server until all say yes. */
async function until(servers: readonly RedisServer[], isSo: (client: Redis) => Promise<boolean>): Promise<void> {
  while (!(await onEach(servers, isSo)).every(Boolean)) await sleep(50)
}

async function onEach<T>(
  servers: readonly RedisServer[],
  work: (client: Redis, index: number) => Promise<T>,
): Promise<T[]> {
  const clients = servers.map(({ url }) => new Redis(url))
  try {
    return await Promise.all(clients.map(work))
  } finally {
    for (const client of clients) client.disconnect()
  }
}

type Three = readonly [RedisServer, RedisServer, RedisServer]

async function startClusterServers(): Promise<Three> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '5000']
  const start = () => startRedisServer([...settings, '--repl-diskless-load', 'on-empty-db'])
  return [await start(), await start(), await start()]
}
