import { once } from 'node:events'
import { connect as connectTo, createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '#src/redis/connection.js'
import { startRedisServer } from '../support/redis-server.js'

describe('the connection to Redis', () => {
  test('hears the channels that it subscribed to, again after a loss, and no others', async () => {
    const server = await startRedisServer()
    onTestFinished(() => server.stop())
    const link = await connect(server.url, () => {})
    onTestFinished(() => link.close())
    const heard: string[] = []
    let healed = 0
    const endHearing = link.onMessage((channel, message) => heard.push(`${channel} ${message}`))
    link.onHealed(() => {
      healed += 1
    })
    await link.subscribe(['one', 'two'])
    await link.unsubscribe(['two'])
    for (const channel of ['one', 'two', 'three']) await link.call('PUBLISH', channel, 'first')
    await expect.poll(() => heard).toEqual(['one first'])
    await link.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => healed).toBe(1)
    await link.call('PUBLISH', 'one', 'second')
    await expect.poll(() => heard).toEqual(['one first', 'one second'])
    endHearing()
    await link.call('PUBLISH', 'one', 'third')
    await link.call('PING')
    expect(heard).toHaveLength(2)
  })

  test('hears its channels again, though the connection is lost while it subscribes again', async () => {
    const server = await startRedisServer()
    onTestFinished(() => server.stop())
    const line = await startLine(server.url)
    const lost: unknown[] = []
    const note = (error: unknown) => lost.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const link = await connect(line.url, () => {})
    onTestFinished(() => link.close())
    const heard: string[] = []
    let healed = 0
    link.onMessage((channel, message) => heard.push(`${channel} ${message}`))
    link.onHealed(() => {
      healed += 1
    })
    await link.subscribe(['one'])
    line.cutsOff = 3
    await link.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => healed).toBe(1)
    expect(line.cutsOff).toBe(0)
    await link.call('PUBLISH', 'one', 'message')
    await expect.poll(() => heard).toEqual(['one message'])
    expect(lost).toEqual([])
  })

  test('says why a command failed without a word of the command', async () => {
    const server = await startRedisServer()
    onTestFinished(() => server.stop())
    const link = await connect(server.url, () => {})
    onTestFinished(() => link.close())
    const failure = await link.call('EVAL', 'return nothing', 0, 'what somebody wrote').catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'RedisFailure', isRefusal: true })
    expect(inspect(failure, { depth: 9 })).not.toContain('what somebody wrote')
  })

  test('fails at once while there is no Redis, keeps nothing to be sent later, and is made anew by itself', async () => {
    const server = await startRedisServer()
    onTestFinished(() => server.stop())
    const errors: Error[] = []
    const link = await connect(server.url, error => errors.push(error))
    onTestFinished(() => link.close())
    const first = link.generation
    server.signal('SIGKILL')
    await expect.poll(() => errors.length).toBeGreaterThan(0)
    const begin = performance.now()
    await expect(link.call('SET', 'key', 'value')).rejects.toThrow()
    expect(performance.now() - begin).toBeLessThan(1_000)
    const again = await startRedisServer(['--port', new URL(server.url).port])
    onTestFinished(() => again.stop())
    await expect.poll(() => link.call('PING').then(String, () => null)).toBe('PONG')
    expect(await link.call('EXISTS', 'key')).toBe(0)
    // Versions of the server before are no longer what they were.
    expect([first, link.generation]).toEqual([expect.stringMatching(/^\w{8}$/), expect.stringMatching(/^\w{8}$/)])
    expect(link.generation).not.toBe(first)
  })
})

/** A line to Redis, which cuts off as many connections as `cutsOff` says, each as it subscribes. */
async function startLine(target: string) {
  const line = { url: '', cutsOff: 0 }
  const sockets = new Set<Socket>()
  const lines = createServer(client => {
    const server = connectTo(Number(new URL(target).port), '127.0.0.1')
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => [client, server].forEach(each => void each.destroy()))
    }
    client.on('data', bytes => {
      if (line.cutsOff > 0 && /subscribe/i.test(bytes.toString('latin1'))) {
        line.cutsOff -= 1
        client.destroy()
      } else server.write(bytes)
    })
    server.pipe(client)
  }).listen(0, '127.0.0.1')
  await once(lines, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    lines.close()
  })
  const address = lines.address()
  if (address === null || typeof address === 'string') throw new Error('The line has no port')
  line.url = `redis://127.0.0.1:${address.port}`
  return line
}
