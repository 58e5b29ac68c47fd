import { Agent, request } from 'node:http'
import fc from 'fast-check'
import WebSocket from 'ws'
import { z } from 'zod'
import { describeSocket } from '#src/api/asyncapi.js'
import type { OpenApi } from '#src/api/openapi.js'
import { bobId } from '../http-client.js'
import { type BadInput, badInputs, type RealThings } from './bad-inputs.js'
import { FuzzedServer, type Memory } from './fuzzed-server.js'

type BadRequest = Extract<BadInput, { via: 'api' }>
type BadFrame = Extract<BadInput, { via: 'socket' }>

const chunk = 2000
const lines = 12
/** What may end a socket that sends rubbish: a binary frame, no text, too long, too much rubbish. */
const rightfulClosings = new Set([1003, 1007, 1009, 4429])

/** What became of it all. Memory in bytes, after a collection. */
export interface FuzzReport {
  readonly inputs: number
  /** How often each status and each closing came. */
  readonly outcomes: Record<string, number>
  readonly faults: readonly string[]
  readonly before: Memory
  readonly after: Memory
}

/** Throws this many bad inputs at a server, half through the API and half through sockets. */
export async function fuzz(inputs: number, seed: number): Promise<FuzzReport> {
  const server = await FuzzedServer.start()
  const agent = new Agent({ keepAlive: true, maxSockets: lines })
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
      const workers = Array.from({ length: lines }, () => [
        throwRequests(server, agent, queue.requests, count),
        throwFrames(server, real.token, queue.frames, count),
      ])
      await Promise.all(workers.flat())
      // The first tenth fills caches and compiles code.
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

async function throwRequests(
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
    // A kept connection may be closed by the server, which may, at the moment that it is used again.
    sent.on('error', error => (sent.reusedSocket ? resolve(ask(url, agent, input)) : reject(error)))
    sent.end(body)
  })
}

/** One socket after the other: each lives until the server has had enough of it. */
async function throwFrames(
  server: FuzzedServer,
  token: string,
  queue: BadFrame[],
  count: (outcome: string) => void,
): Promise<void> {
  while (queue.length > 0 && server.faults.length === 0) {
    const headers = { authorization: `Bearer ${token}` }
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, 'ephemeral-chat.v1.json', { headers })
    const closed = new Promise<number>(resolve => socket.on('close', resolve))
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    for (let input = queue.pop(); input; input = queue.pop()) {
      socket.send(input.frame, { binary: input.isBinary })
      const code = await Promise.race([answerTo(socket), closed])
      count(code === null ? 'answered' : `closed ${code}`)
      if (code === null) continue
      if (!rightfulClosings.has(code)) server.faults.push(`closed ${code}: ${JSON.stringify(input)}`)
      break
    }
    socket.close()
    await closed
  }
}

/** Resolves once the server has taken everything that was sent before. */
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

/** Alice logs in and has written to Bob. */
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
  const real = { token: String(token), roomId: String(roomId), messageId: String(messageId) }
  return { real, description: await (await fetch(`${url}/api/openapi.json`)).json() }
}
