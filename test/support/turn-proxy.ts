import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** A proxy that gives each connection to the next of several servers, as one without sticky sessions does. */
export async function startTurnProxy(targets: readonly string[]): Promise<{ url: string; stop(): Promise<void> }> {
  const ports = targets.map(target => Number(new URL(target).port))
  let turn = 0
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer({ allowHalfOpen: false }, client => {
    const target = connect(ports[turn % ports.length] ?? 0, '127.0.0.1')
    turn += 1
    for (const [from, to] of [[client, target] as const, [target, client] as const]) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy does not listen')
  return {
    url: `http://localhost:${address.port}`,
    async stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
