import { Agent, request } from 'node:http'
import fc from 'fast-check'
import type WebSocket from 'ws'
import { z } from 'zod'
import { describeSocket } from '#src/api/asyncapi.js'
import type { OpenApi } from '#src/api/openapi.js'
import { bobId } from '../http-client.js'
import { programLine } from '../program-line.js'
import { type BadInput, badInputs, type RealThings } from './bad-inputs.js'
import { FuzzedServer, type Memory } from './fuzzed-server.js'

type BadRequest = Extract<BadInput, { via: 'api' }>
type BadFrame = Extract<BadInput, { via: 'socket' }>

const chunk = 2000
const workersOfEach = 12
/** Close codes that a bad frame may cause: binary, no UTF-8, too long, too many bad ones. */
const expectedCloseCodes = new Set([1003, 1007, 1009, 4429])

/** What came of all inputs. Memory in bytes, after a garbage collection. */
export interface FuzzReport {
  readonly inputs: number
  /** How often each status and each close code came. */
  readonly outcomes: Record<string, number>
  readonly faults: readonly string[]
  readonly before: Memory
  readonly after: Memory
}

/** Starts a server and sends it this many bad inputs, half over the API and half over sockets. */
export async function fuzz(inputs: number, seed: number): Promise<FuzzReport> {
  const server = await FuzzedServer.start()
  const agent = new Agent({ keepAlive: true, maxSockets: workersOfEach })
  const outcomes: Record<string, number> = {}
  const count = (outcome: string | number) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  try {
    const { real, description } = await prepare(server.url)
    const arbitrary = badInputs(description, describeSocket(), real)
    let before = await server.memory()
    for (let done = 0; done < inputs; done += chunk) {
      const numRuns = Math.min(chunk, inputs - done)
      const sample = fc.sample(arbitrary, { numRuns, seed: seed + done })
      const queue = { requests: sample.filter(isRequest), frames: sample.filter(isFrame) }
      const workers = Array.from({ length: workersOfEach }, () => [
        sendRequests(server, agent, queue.requests, count),
        sendFrames(server, real.token, queue.frames, count),
      ])
      await Promise.all(workers.flat())
      // The first tenth fills caches and has code compiled.
      if (done < inputs / 10) before = await server.memory()
    }
    return { inputs, outcomes, faults: server.faults, before, after: await server.memory() }
  } finally {
    agent.destroy()
    await server.stop()
  }
}

const isRequest = (input: BadInput): input is BadRequest => input.via === 'api'
const isFrame = (input: BadInput): input is BadFrame => input.via === 'socket'

async function sendRequests(
  server: FuzzedServer,
  agent: Agent,
  queue: BadRequest[],
  count: (outcome: number) => void,
): Promise<void> {
  for (let input = queue.pop(); input && server.faults.length === 0; input = queue.pop()) {
    const { status, type } = await ask(server.url, agent, input)
    count(status)
    const isProblem = type.startsWith('application/problem+json')
    const isFault = status >= 500 && status !== 503 && status !== 507
    if (isFault || (status >= 400 && !isProblem)) server.faults.push(`${status} ${type}: ${JSON.stringify(input)}`)
  }
}

function ask(url: string, agent: Agent, input: BadRequest): Promise<{ status: number; type: string }> {
  const { method, path, headers, body } = input
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) }
    const sent = request(url + path, { method, headers: { ...headers, ...length }, agent }, response => {
      response.resume()
      const { statusCode: status = 0, headers: answered } = response
      response.on('end', () => resolve({ status, type: answered['content-type'] ?? '' }))
    })
    // The server may close a kept-alive connection at the very moment it is used again: then ask anew.
    sent.on('error', error => (sent.reusedSocket ? resolve(ask(url, agent, input)) : reject(error)))
    sent.end(body)
  })
}

/** Sends frames over one socket after another; each is used until the server closes it. */
async function sendFrames(
  server: FuzzedServer,
  token: string,
  queue: BadFrame[],
  count: (outcome: string) => void,
): Promise<void> {
  while (queue.length > 0 && server.faults.length === 0) {
    const socket = programLine(server.url, { token })
    const closed = new Promise<number>(resolve => socket.on('close', resolve))
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    for (let input = queue.pop(); input; input = queue.pop()) {
      socket.send(input.frame, { binary: input.isBinary })
      const code = await Promise.race([answerTo(socket), closed])
      count(code === null ? 'answered' : `closed ${code}`)
      if (code === null) continue
      if (!expectedCloseCodes.has(code)) server.faults.push(`closed ${code}: ${JSON.stringify(input)}`)
      break
    }
    socket.close()
    await closed
  }
}

/** Resolves once the server has handled everything that was sent before. */
function answerTo(socket: WebSocket): Promise<null> {
  return new Promise(resolve => {
    const listen = (data: WebSocket.RawData) => {
      if (!String(data).includes('"ref":"marker"')) return
      socket.off('message', listen)
      resolve(null)
    }
    socket.on('message', listen)
    socket.send('{"type":"room:leave","roomId":"none","ref":"marker"}', () => {})
  })
}

/** Logs in Alice and has her write to Bob. */
export async function prepare(url: string): Promise<{ real: RealThings; description: OpenApi }> {
  const post = async (path: string, body: object, token = '') => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const response = await fetch(`${url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return z.record(z.string(), z.unknown()).parse(await response.json())
  }
  const { token } = await post('/auth/login', { email: 'alice@example.com', password: 'password123' })
  const { roomId } = await post('/chat/rooms', { otherUserId: bobId }, String(token))
  const message = { content: 'real', nonce: 'real' }
  const { messageId } = await post(`/chat/rooms/${roomId}/messages`, message, String(token))
  const sessionName = `sid-${new URL(url).port}`
  const real = { token: String(token), roomId: String(roomId), messageId: String(messageId), sessionName }
  return { real, description: await (await fetch(`${url}/api/openapi.json`)).json() }
}
