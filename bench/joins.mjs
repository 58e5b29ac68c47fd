/**
 * What a join costs when many people are online, and a message when its room holds many. Uses the real server with real
 * sockets, and measures the server's CPU time, which a busy machine distorts less than elapsed time.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { root } from '../scripts/process.mjs'

const people = 2000
const messages = 2100
/** How many are measured together: a single one is too short to measure. */
const sample = 200
const atOnce = 8
const worst = 1.3

const uploads = mkdtempSync(join(tmpdir(), 'ephemeral-chat-bench-'))
const server = spawn(process.execPath, ['bench/server/measured.mjs'], {
  cwd: root,
  env: {
    PATH: process.env.PATH,
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: 'silent',
    BCRYPT_COST: '4',
    UPLOAD_DIR: uploads,
    ROOM_MAX_MESSAGES: '1000000',
    RATE_LIMIT_AUTH_ADDRESS: '1000000',
    RATE_LIMIT_REQUESTS: '1000000',
    RATE_LIMIT_REACHING: '1000000',
    RATE_LIMIT_MESSAGES: '1000000',
    RATE_LIMIT_FRAMES: '1000000',
  },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
})
const [, base] = /serves (\S+)/.exec(String((await once(server.stdout, 'data'))[0]))
server.stdout.resume()

/** How much CPU time the server has used so far, in ms. */
async function used() {
  server.send('used')
  return (await once(server, 'message'))[0]
}

/** Someone with a session. */
class Person {
  #cookies = new Map()

  async request(method, path, fields) {
    const response = await fetch(base + path, {
      method,
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(pair => pair.join('=')).join('; ') },
      ...(fields && { body: new URLSearchParams(fields) }),
    })
    for (const cookie of response.headers.getSetCookie()) this.#cookies.set(...cookie.split(';')[0].split('='))
    const text = await response.text()
    return { location: response.headers.get('location'), text, token: /name="_csrf" value="([^"]+)"/.exec(text)?.[1] }
  }

  async register(name) {
    const { token } = await this.request('GET', '/register')
    const fields = { _csrf: token, username: name, email: `${name}@example.com`, password: 'long enough 1' }
    const { location } = await this.request('POST', '/register', fields)
    if (location !== '/chats') throw new Error(`${name} could not register`)
    return this
  }

  /** Opens the chat with the person of this name and returns the room's id. */
  async openChat(name) {
    const { text, token } = await this.request('GET', `/people?q=${name}`)
    const [, userId] = /name="userId" value="([^"]+)"/.exec(text)
    const { location } = await this.request('POST', '/chats', { _csrf: token, userId })
    return location.slice('/chats/'.length)
  }

  /** Connects as the page of the chat does; resolves once the server answers. */
  async join(roomId) {
    const cookie = [...this.#cookies].map(pair => pair.join('=')).join('; ')
    const socket = new WebSocket(`${base.replace('http', 'ws')}/ws?room=${roomId}`, { headers: { cookie } })
    await once(socket, 'open')
    const answered = heard(socket, 'p-joined')
    socket.send('{"type":"message:send","content":"","nonce":"joined"}')
    await answered
    return socket
  }
}

/** Resolves with the first frame that contains a word. */
function heard(socket, word) {
  return new Promise(resolve => {
    const look = data => {
      if (!data.includes(word)) return
      socket.off('message', look)
      resolve(data)
    }
    socket.on('message', look)
  })
}

/** Calls `work` for each number below `count`, a few at once. */
async function forEachBelow(count, work) {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** In pairs, so that for each join there is someone who hears of it. */
const crowd = []
await forEachBelow(people / 2, async pair => {
  const names = [`left-${pair}`, `right-${pair}`]
  const both = await Promise.all(names.map(name => new Person().register(name)))
  const roomId = await both[0].openChat(names[1])
  crowd.push(...both.map(person => ({ person, roomId })))
})

const joins = []
for (let start = 0; start < people; start += sample) {
  const before = await used()
  for (const { person, roomId } of crowd.slice(start, start + sample)) await person.join(roomId)
  joins.push(((await used()) - before) / sample)
}

/** Sends messages, each once the last one has arrived. Returns the CPU time of a message in ms, for each sample. */
async function converse(pair, count) {
  const [writer, reader] = await Promise.all(
    crowd.slice(pair, pair + 2).map(({ person, roomId }) => person.join(roomId)),
  )
  const costs = []
  for (let start = 0; start < count; start += sample) {
    const before = await used()
    for (let index = start; index < Math.min(start + sample, count); index += 1) {
      const arrived = heard(reader, `text ${index}<`)
      writer.send(JSON.stringify({ type: 'message:send', content: `text ${index}`, nonce: `n${index}` }))
      await arrived
    }
    costs.push(((await used()) - before) / Math.min(sample, count - start))
  }
  return costs
}
// Another pair first, so that the code is warm for the first message that counts.
await converse(2, 5 * sample)
const sends = await converse(0, messages)

server.kill()
await once(server, 'exit')
rmSync(uploads, { recursive: true, force: true })

const figures = [
  { what: `a join when ${sample} are here (the ${sample + 1}st to ${2 * sample}th)`, ms: joins[1] },
  { what: `a join when ${people - sample} are here (up to the ${people}th)`, ms: joins.at(-1), against: joins[1] },
  { what: `a message into an empty room (first ${sample})`, ms: sends[0] },
  { what: `a message into a room of 2,000 (2,001st to ${messages}th)`, ms: sends.at(-1), against: sends[0] },
]
for (const { what, ms, against } of figures) {
  const ratio = against ? `, ${(ms / against).toFixed(2)} times as much` : ''
  console.log(`${what}: ${ms.toFixed(2)} ms of CPU time${ratio}`)
  if (against && ms > worst * against) process.exitCode = 1
}
process.disconnect?.()
setTimeout(() => process.exit(), 0)
