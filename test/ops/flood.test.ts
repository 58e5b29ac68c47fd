import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newPair } from '../support/crowd.js'
import { LivePage } from '../support/live-page.js'
import { ServerProcess } from '../support/server-process.js'

const many = 10_000
/** What five thousand half-open connections take. Ten thousand kept, of each attack, would be several times it. */
const mostBytes = 80 * 1_048_576
/** How long a message may take on a machine that is attacked and also runs the attack. */
const quickMs = 1000

// A process of its own, on loopback alone: its memory is not the test's, nor the attacker's.
let server: ServerProcess
let url: string
let timeMessage: () => Promise<number>
let stop: () => Promise<void>
/** What the server held before the first attack. */
let settledBytes: number

beforeAll(async () => {
  server = new ServerProcess({
    LOG_LEVEL: 'error',
    NODE_OPTIONS: `--import=${new URL('../support/collected-memory.mjs', import.meta.url)}`,
    RATE_LIMIT_AUTH_ADDRESS: '1000000',
  })
  url = await server.address()
  const { ann, ben, chat } = await newPair(url)
  const [from, to] = [await LivePage.open(url, ann, chat), await LivePage.open(url, ben, chat)]
  let sent = 0
  timeMessage = async () => {
    const content = `message ${++sent}`
    const start = performance.now()
    from.say({ type: 'message:send', content, nonce: `n${sent}` })
    await to.frame(({ text }) => text.includes(content))
    return performance.now() - start
  }
  stop = async () => {
    await Promise.all([from.close(), to.close()])
    await server.stop()
  }
  await visit(2000)
  await timeMessage()
  settledBytes = await heldBytes()
})
afterAll(() => stop())

async function heldBytes(): Promise<number> {
  server.child.send('memory')
  const [bytes] = await once(server.child, 'message')
  return Number(bytes)
}

/** Visits by as many strangers, none of whom keeps a cookie. */
async function visit(times: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 25 })
  let left = times
  const visitor = async () => {
    while (left-- > 0) {
      await new Promise<void>((resolve, reject) => {
        get(`${url}/login`, { agent }, response => response.resume().on('end', resolve)).on('error', reject)
      })
    }
  }
  await Promise.all(Array.from({ length: 25 }, visitor))
  agent.destroy()
}

/** Opens connections that say `words` and then nothing, a few at a time; resolves when each is connected or refused. */
async function hold(times: number, words: string): Promise<Set<Socket>> {
  const { hostname, port } = new URL(url)
  const held = new Set<Socket>()
  let left = times
  const opener = async () => {
    while (left-- > 0) {
      const socket = connect(Number(port), hostname)
      held.add(socket)
      // What nobody reads hides that the other end has closed.
      socket.on('error', () => {}).resume()
      socket.once('close', () => held.delete(socket))
      await new Promise<void>(resolve => {
        socket.once('connect', () => socket.write(words, () => resolve())).once('close', () => resolve())
      })
    }
  }
  await Promise.all(Array.from({ length: 50 }, opener))
  return held
}

/** The server holds half of them; the others give way, which the attacker may be slow to learn. */
async function givesWay(held: Set<Socket>): Promise<void> {
  await vi.waitFor(() => expect(held.size).toBeLessThanOrEqual(many / 2), { timeout: 5000 })
}

/** Attacks; says how long messages took meanwhile, in milliseconds, and how many bytes the server has grown by after. */
async function under<T>(attack: () => Promise<T>): Promise<{ result: T; slowestMs: number; grownBytes: number }> {
  let isOver = false
  const times: number[] = []
  const chatting = (async () => {
    do {
      times.push(await timeMessage())
      // Five a second is what a person may send.
      await new Promise(resolve => setTimeout(resolve, 250))
    } while (!isOver)
  })()
  const result = await attack()
  isOver = true
  await chatting
  times.push(await timeMessage())
  return { result, slowestMs: Math.max(...times), grownBytes: (await heldBytes()) - settledBytes }
}

function report(name: string, { slowestMs, grownBytes }: { slowestMs: number; grownBytes: number }): void {
  process.stdout.write(
    `${name}: slowest message ${slowestMs.toFixed(0)} ms, grown by ${(grownBytes / 1_048_576).toFixed(1)} MB\n`,
  )
}

describe('leaves memory level and the chat quick', () => {
  it('10,000 anonymous visits', async () => {
    const outcome = await under(() => visit(many))
    report('visits', outcome)
    expect(outcome.grownBytes).toBeLessThan(mostBytes)
    expect(outcome.slowestMs).toBeLessThan(quickMs)
  })

  it.each([
    ['sockets that say nothing', ''],
    ['requests that never end', 'GET /login HTTP/1.1\r\nHost: localhost\r\nX-Slow: x'],
  ])('10,000 %s', async (name, words) => {
    const outcome = await under(() => hold(many, words))
    report(name, outcome)
    await givesWay(outcome.result)
    expect(outcome.grownBytes).toBeLessThan(mostBytes)
    expect(outcome.slowestMs).toBeLessThan(quickMs)
    for (const socket of outcome.result) socket.destroy()
  })

  it('600 log-ins of a mebibyte whose last bytes are missing', async () => {
    const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1048576\r\n\r\n'
    const words = `POST /login HTTP/1.1\r\nHost: localhost\r\n${form}${'x'.repeat(1_048_500)}`
    const outcome = await under(() => hold(600, words))
    report('forms', outcome)
    expect(outcome.grownBytes).toBeLessThan(mostBytes)
    for (const socket of outcome.result) socket.destroy()
  })

  it('10,000 handshakes of sockets by nobody, which nobody ends', async () => {
    const words = [
      'GET /ws HTTP/1.1',
      `Host: ${new URL(url).host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n')
    const outcome = await under(() => hold(many, words))
    report('handshakes', outcome)
    await givesWay(outcome.result)
    expect(outcome.grownBytes).toBeLessThan(mostBytes)
    expect(outcome.slowestMs).toBeLessThan(quickMs)
    for (const socket of outcome.result) socket.destroy()
  })
})
