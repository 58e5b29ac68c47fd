/** A bot that sends back every message. Run: npm run example echo-bot URL EMAIL, with the password in PASSWORD. */
import { randomUUID } from 'node:crypto'
import WebSocket from 'ws'

const [url = 'http://localhost:3000', email = 'bob@example.com'] = process.argv.slice(2)

const login = await fetch(`${url}/api/auth/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email, password: process.env.PASSWORD ?? 'password123' }),
})
if (!login.ok) throw new Error(`Logging in was refused: ${login.status}`)
const { token, user } = await login.json()

const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'ephemeral-chat.v1.json', {
  headers: { authorization: `Bearer ${token}` },
})
socket.on('open', () => console.log(`${user.username} listens`))
socket.on('close', code => console.log(`Closed: ${code}`))
socket.on('message', data => {
  const frame = JSON.parse(String(data))
  if (frame.type === 'error') console.error(frame.message)
  if (frame.type !== 'message:new' || frame.senderId === user.id) return
  const { roomId, id: messageId, content } = frame
  socket.send(JSON.stringify({ type: 'message:status', roomId, messageId, status: 'seen' }))
  socket.send(JSON.stringify({ type: 'message:send', roomId, content, nonce: randomUUID() }))
})
