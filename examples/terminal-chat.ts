/** A chat in the terminal. Run: npm run example terminal-chat [URL] [EMAIL]. It asks for everything else. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import WebSocket from 'ws'

type Message = Record<'id' | 'senderId' | 'senderUsername' | 'content' | 'status', string>

const [url = 'http://localhost:3000', givenEmail] = process.argv.slice(2)
let isMuted = false
const output = new Writable({
  write(chunk, _encoding, done) {
    if (!isMuted) process.stdout.write(chunk)
    done()
  },
})
const terminal = createInterface({ input: process.stdin, output, prompt: '', terminal: true })
const lines = terminal[Symbol.asyncIterator]()

async function question(text: string): Promise<string> {
  process.stdout.write(text)
  const { value, done } = await lines.next()
  if (done) process.exit(0)
  return value.trim()
}

let token = ''

async function api(method: string, path: string, body?: object) {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.title)
  return answer
}

async function logIn() {
  const email = givenEmail ?? (await question('Email: '))
  isMuted = !process.env.PASSWORD
  const password = process.env.PASSWORD ?? (await question('Password: '))
  isMuted = false
  const { user, token: own } = await api('POST', '/auth/login', { email, password })
  token = own
  return user
}

async function pickPerson() {
  for (;;) {
    const query = encodeURIComponent(await question('Chat with: '))
    const { users } = await api('GET', `/users/search?q=${query}`).catch(error => {
      console.log(error.message)
      return { users: [] }
    })
    if (users.length === 1) return users[0]
    console.log(users.map(({ username }: { username: string }) => username).join(', ') || 'Nobody is called that.')
  }
}

const me = await logIn()
const other = await pickPerson()
const { roomId } = await api('POST', '/chat/rooms', { otherUserId: other.id })
const shown = new Set<string>()

/** Prints a line over the typing indicator. Replaces control characters: other people's text could steer the terminal. */
function show(text: string): void {
  process.stdout.write(`\r\x1b[K${text.replace(/\p{Cc}/gu, ' ')}\n`)
  terminal.prompt(true)
}

function showMessage({ id, senderId, senderUsername, content, status }: Message): void {
  if (shown.has(id)) return
  shown.add(id)
  const isMine = senderId === me.id
  show(isMine ? `you: ${content} [${status}]` : `${senderUsername}: ${content}`)
  if (!isMine && status !== 'seen') send({ type: 'message:status', roomId, messageId: id, status: 'seen' })
}

const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?room=${roomId}`, 'ephemeral-chat.v1.json', {
  headers: { authorization: `Bearer ${token}` },
})

function send(frame: object): void {
  socket.send(JSON.stringify(frame))
}

socket.on('message', data => {
  const frame = JSON.parse(String(data))
  if (frame.type === 'room:joined') {
    show(`You chat with ${other.username}. Send an empty line to leave.`)
    frame.messages.forEach(showMessage)
  }
  if (frame.type === 'message:new' && frame.roomId === roomId) showMessage(frame)
  if (frame.type === 'message:statusUpdated' && shown.has(frame.messageId)) show(`✓✓ ${frame.status}`)
  if (frame.type === 'typing:indicator') process.stdout.write(frame.isTyping ? `\r${other.username} types` : '\r\x1b[K')
  if (frame.type === 'room:dissolved' && frame.roomId === roomId) show('This chat is gone.')
  if (frame.code) show(frame.message)
})
socket.on('close', code => {
  show(`The connection is closed (${code}).`)
  process.exit(code === 1000 ? 0 : 1)
})

await once(socket, 'open')
let typedAt = 0
process.stdin.on('keypress', (_text, key) => {
  if (key.name === 'return' || Date.now() - typedAt < 1000) return
  typedAt = Date.now()
  send({ type: 'typing:start', roomId })
})
for (let line = await question(''); line !== ''; line = await question('')) {
  send({ type: 'message:send', roomId, content: line, nonce: randomUUID() })
}
socket.close(1000)
