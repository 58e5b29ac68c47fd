import type { Outside } from '#src/wiring/push.js'
import { type RedisServer, startRedisServer } from './redis-server.js'
import { ServerProcess } from './server-process.js'
import { startOneServer, type TestServer } from './test-server.js'
import { startTurnProxy } from './turn-proxy.js'

const secret = 'of all nodes Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** The settings of a node on a Redis, with limits too high to matter. */
export function nodeSettings(redis: RedisServer, env: Record<string, string> = {}): Record<string, string> {
  return {
    ...{ REDIS_URL: redis.url, SESSION_SECRET: secret, JWT_SECRET: secret, LOG_LEVEL: 'fatal', RATE_LIMIT_API: '1000' },
    ...{ RATE_LIMIT_AUTH: '1000', RATE_LIMIT_AUTH_ADDRESS: '1000000', RATE_LIMIT_MESSAGES: '1000' },
    ...{ RATE_LIMIT_REQUESTS: '100000', RATE_LIMIT_REACHING: '100000', ...env },
  }
}

/** Two nodes in this process, on a Redis of their own, or on a cluster. */
export async function startNodes(
  env: Record<string, string> = {},
  { startRedis = startRedisServer, ...outside }: Outside & { readonly startRedis?: () => Promise<RedisServer> } = {},
) {
  const redis = await startRedis()
  const settings = nodeSettings(redis, env)
  const [here, there] = [await startOneServer(settings, outside), await startOneServer(settings, outside)]
  return {
    ...{ redis, here, there },
    async stop() {
      await Promise.all([here.stop(), there.stop()])
      await redis.stop()
    },
  }
}

/** Two nodes behind a proxy that takes turns, for tests of a server that need not know. */
export async function startNodesBehindProxy(env: Record<string, string>, outside: Outside = {}): Promise<TestServer> {
  const [redis, accounts] = [await startRedisServer(), await startRedisServer(['--appendonly', 'yes'])]
  const addresses = { REDIS_URL: redis.url, ACCOUNTS_URL: accounts.url }
  const settings = { ...addresses, SESSION_SECRET: secret, JWT_SECRET: secret, ...env }
  const [here, there] = [await startOneServer(settings, outside), await startOneServer(settings, outside)]
  const proxy = await startTurnProxy([here.url, there.url])
  return {
    url: proxy.url,
    routes: here.routes,
    cookieName: here.cookieName,
    async stop() {
      await Promise.all([here.stop(), there.stop()])
      await proxy.stop()
      await Promise.all([redis.stop(), accounts.stop()])
    },
  }
}

/** Two nodes, each a process of its own, on a Redis of their own. `hereEnv` and `thereEnv` are for one of them. */
export async function startNodeProcesses(
  env: Record<string, string> = {},
  { program = 'dist/main.js', hereEnv = {} as Record<string, string>, thereEnv = {} as Record<string, string> } = {},
) {
  const redis = await startRedisServer()
  const settings = nodeSettings(redis, env)
  const here = new ServerProcess({ ...settings, ...hereEnv }, program)
  const there = new ServerProcess({ ...settings, ...thereEnv }, program)
  const [hereUrl, thereUrl] = await Promise.all([here.address(), there.address()])
  return {
    ...{ redis, here, there, hereUrl, thereUrl },
    async stop() {
      await Promise.all([here.stop(), there.stop()])
      await redis.stop()
    },
  }
}

/** A single server in a process of its own. */
export async function startServerProcess(env: Record<string, string>): Promise<{ url: string; stop(): Promise<void> }> {
  const server = new ServerProcess(env)
  return { url: await server.address(), stop: () => server.stop() }
}

/** Two nodes, each a process of its own, behind a proxy that takes turns, for browser tests of a server that need not know. */
export async function startProcessesBehindProxy(
  env: Record<string, string>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const [redis, accounts] = [await startRedisServer(), await startRedisServer(['--appendonly', 'yes'])]
  const addresses = { REDIS_URL: redis.url, ACCOUNTS_URL: accounts.url }
  const settings = { ...addresses, SESSION_SECRET: secret, JWT_SECRET: secret, ...env }
  const nodes = [new ServerProcess(settings), new ServerProcess(settings)]
  const proxy = await startTurnProxy(await Promise.all(nodes.map(node => node.address())))
  return {
    url: proxy.url,
    async stop() {
      await Promise.all(nodes.map(node => node.stop()))
      await proxy.stop()
      await Promise.all([redis.stop(), accounts.stop()])
    },
  }
}
