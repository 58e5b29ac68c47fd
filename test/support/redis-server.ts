import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findRedisServer } from '../../scripts/setup.mjs'

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
  const [path, port] = [await findRedisServer(), await findFreePort()]
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

/** Starts a cluster of three Redis servers, which have a third of the slots each. Its address is that of the first. */
export async function startRedisCluster(): Promise<RedisServer> {
  const servers = [await startClusterServer(), await startClusterServer(), await startClusterServer()] as const
  const clients = servers.map(({ url }) => new Redis(url))
  const ports = servers.map(({ url }) => Number(new URL(url).port))
  for (const [index, client] of clients.entries()) {
    const [first, next] = [index, index + 1].map(third => Math.floor((third * slots) / servers.length))
    await client.call('CLUSTER', 'ADDSLOTSRANGE', first ?? 0, (next ?? 0) - 1)
    for (const port of ports) await client.call('CLUSTER', 'MEET', '127.0.0.1', port)
  }
  const isWhole = async (client: Redis) =>
    /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(await client.cluster('INFO'))
  while (!(await Promise.all(clients.map(isWhole))).every(Boolean)) await sleep(50)
  for (const client of clients) client.disconnect()
  const [first] = servers
  return { ...first, stop: async () => void (await Promise.all(servers.map(server => server.stop()))) }
}

function startClusterServer(): Promise<RedisServer> {
  return startRedisServer(['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'])
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('The system names no port')
  return address.port
}
