/**
 * How long a text message takes to arrive, at rest and while ten 12-megapixel pictures are being converted. The pictures are
 * sent ten times over, because ten of them are done before two hundred messages are sent.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import sharp from 'sharp'
import { WebSocket } from 'ws'
import { serve } from '../scripts/served.mjs'

if (process.send) {
  // This process uploads at a low priority: on two processors, its own work must not be measured as the server's.
  setPriority(constants.priority.PRIORITY_LOW)
  process.once('message', async ({ address, cookie, _csrf, photo, pictures, times }) => {
    const bytes = Buffer.from(photo, 'base64')
    const upload = async (time, n) => {
      const form = new FormData()
      form.set('_csrf', _csrf)
      form.set('nonce', `picture-${time}-${n}`)
      form.set('image', new Blob([bytes]), 'a.jpg')
      return (await fetch(address, { method: 'POST', body: form, headers: { cookie }, redirect: 'manual' })).status
    }
    process.once('message', async () => {
      const statuses = []
      for (let time = 0; time < times; time++) {
        statuses.push(...(await Promise.all(Array.from({ length: pictures }, (_, n) => upload(time, n)))))
      }
      process.send(statuses)
      process.disconnect()
    })
    process.send('ready')
  })
  await once(process, 'disconnect')
  process.exit()
}

const messages = 1000
const gapMs = 10
const pictures = 10
const times = 10
const worst = 3

const { url, stop } = await serve({
  NODE_ENV: 'test',
  MAX_IMAGE_SIZE: '4000000',
  RATE_LIMIT_REQUESTS: '1000000',
  RATE_LIMIT_REACHING: '1000000',
  RATE_LIMIT_MESSAGES: '1000000',
  RATE_LIMIT_FRAMES: '1000000',
  RATE_LIMIT_UPLOADS: '1000000',
  ROOM_MAX_MESSAGES: '1000000',
})

class Person {
  cookies = new Map()

  async request(path, init = {}) {
    const cookie = [...this.cookies].map(pair => pair.join('=')).join('; ')
    const response = await fetch(url + path, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const setCookie of response.headers.getSetCookie()) {
      const [name, value] = setCookie.split(';')[0].split('=')
      this.cookies.set(name, value)
    }
    return response
  }

  async token(page) {
    return /name="_csrf" value="([^"]+)"/.exec(await (await this.request(page)).text())[1]
  }

  async post(path, page, fields) {
    return this.request(path, {
      method: 'POST',
      body: new URLSearchParams({ _csrf: await this.token(page), ...fields }),
    })
  }

  async connect(room) {
    const cookie = [...this.cookies].map(pair => pair.join('=')).join('; ')
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?room=${room}`, { headers: { cookie } })
    await new Promise(resolve => socket.once('open', resolve))
    return socket
  }
}

const [alice, bob] = [new Person(), new Person()]
await alice.post('/login', '/login', { email: 'alice@example.com', password: 'password123' })
await bob.post('/login', '/login', { email: 'bob@example.com', password: 'password123' })
const bobId = /name="userId" value="([^"]+)"/.exec(await (await alice.request('/chats')).text())[1]
const chat = (await alice.post('/chats', '/chats', { userId: bobId })).headers.get('location')
const room = chat.split('/').at(-1)
const [from, to] = [await alice.connect(room), await bob.connect(room)]

const sentAt = new Map()
let took = []
to.on('message', data => {
  for (const [, text] of data.toString().matchAll(/dir="auto">(t-[0-9a-f]+)</g)) {
    const start = sentAt.get(text)
    if (start === undefined) continue
    took.push(performance.now() - start)
    sentAt.delete(text)
  }
})

let isRunning = false
async function sendTexts(count) {
  took = []
  for (let n = 0; n < count && (isRunning || count < Number.POSITIVE_INFINITY); n++) {
    const text = `t-${randomBytes(8).toString('hex')}`
    sentAt.set(text, performance.now())
    from.send(JSON.stringify({ type: 'message:send', content: text, nonce: text }))
    await new Promise(resolve => setTimeout(resolve, gapMs))
  }
  await new Promise(resolve => setTimeout(resolve, 500))
  const sorted = took.toSorted((a, b) => a - b)
  const at = share => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(2))
  return { messages: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

const raw = { width: 4000, height: 3000, channels: 3 }
const photo = await sharp(randomBytes(300 * 225 * 3), { raw: { width: 300, height: 225, channels: 3 } })
  .resize(raw.width, raw.height, { kernel: 'cubic', fit: 'fill' })
  .jpeg({ quality: 90 })
  .toBuffer()
const uploadData = {
  address: `${url}${chat}/messages`,
  cookie: [...alice.cookies].map(pair => pair.join('=')).join('; '),
  _csrf: await alice.token(chat),
  photo: photo.toString('base64'),
  pictures,
  times,
}

const uploader = fork(import.meta.filename)
uploader.send(uploadData)
await once(uploader, 'message')

await sendTexts(200)
const atRest = await sendTexts(messages)
isRunning = true
const start = performance.now()
let uploadsMs = 0
const uploads = once(uploader, 'message').then(([statuses]) => {
  isRunning = false
  uploadsMs = performance.now() - start
  return statuses
})
uploader.send('begin')
const whileConverting = await sendTexts(Number.POSITIVE_INFINITY)
const statuses = await uploads
const ratio = whileConverting.p99 / atRest.p99
if (ratio >= worst) process.exitCode = 1
console.log(
  JSON.stringify(
    {
      photoBytes: photo.length,
      statuses: [...new Set(statuses)],
      msForTen: Math.round(uploadsMs / times),
      atRest,
      whileConverting,
      ratioP99: Number(ratio.toFixed(2)),
    },
    null,
    2,
  ),
)
from.close()
to.close()
await stop()
