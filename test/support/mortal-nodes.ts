import { nodeSettings } from './nodes.js'
import { startRedisServer } from './redis-server.js'
import { ServerProcess } from './server-process.js'
import { startTurnProxy } from './turn-proxy.js'

/** A server of which a part can be killed. */
export interface MortalServer {
  readonly url: string
  /** Kills the next node, and resolves once it serves again. */
  killNext(): Promise<void>
  stop(): Promise<void>
}

/** Starts two nodes on a Redis of their own, behind a proxy that takes turns. */
export async function startMortalNodes(env: Record<string, string>): Promise<MortalServer> {
  const redis = await startRedisServer()
  const settings = nodeSettings(redis, env)
  const nodes = [new ServerProcess(settings), new ServerProcess(settings)]
  const urls = await Promise.all(nodes.map(node => node.address()))
  const proxy = await startTurnProxy(urls)
  let turn = 0
  return {
    url: proxy.url,
    async killNext() {
      const index = turn % nodes.length
      turn += 1
      nodes[index]?.child.kill('SIGKILL')
      await nodes[index]?.ended
      const again = new ServerProcess({ ...settings, PORT: new URL(urls[index] ?? '').port })
      nodes[index] = again
      await again.address()
    },
    async stop() {
      await Promise.all(nodes.map(node => node.stop()))
      await proxy.stop()
      await redis.stop()
    },
  }
}
