import { setTimeout as pass } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ApiClient } from './support/api/api-client.js'
import { pair } from './support/crowd.js'
import { bobId } from './support/http-client.js'
import { ProgramSocket } from './support/live/program-socket.js'
import { ServerProcess } from './support/server-process.js'

/** The server's clock runs eight times as fast: it stands still for 52 seconds, longer than a lease holds. */
const stoppedMs = 6500

it('a server that was stopped for 52 seconds tells of nobody whose connection lives that they are gone, but of who goes then', {
  timeout: 60_000,
}, async () => {
  const server = new ServerProcess({}, 'test/support/hasty-server.mjs')
  onTestFinished(async () => {
    server.child.kill('SIGCONT')
    await server.stop()
  })
  const base = await server.address()
  const { room } = await pair(base)
  const connect = async (name: string) => {
    const { token } = await ApiClient.connect(base, `${name}@example.com`)
    return ProgramSocket.open(base, { token, room })
  }
  const alice = await connect('alice')
  const bob = await connect('bob')
  await alice.hears('user:online', { userId: bobId })

  server.child.kill('SIGSTOP')
  await pass(stoppedMs)
  server.child.kill('SIGCONT')
  await bob.ask({ type: 'message:send', roomId: room, content: 'still here', nonce: 'n' })
  await alice.hears('message:new', { content: 'still here' })
  bob.close()
  await alice.hears('user:offline', { userId: bobId })
  const heard = alice.frames.map(({ type }) => type).filter(type => ['message:new', 'user:offline'].includes(type))
  expect(heard).toEqual(['message:new', 'user:offline'])
})
