/**
 * The design that the product replaces: Socket.IO, JSON Web Tokens, rooms in a Map, and a timer for each message. It does for
 * a message what the product does for a program: checks, keeps, sends to both, notes how far it has come, lets it expire.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import jwt from 'jsonwebtoken'
import { Server } from 'socket.io'

const secret = randomBytes(32)
const messageLifeMs = 3_600_000
const longest = 5000

/** Users by id, and rooms by id; a room has two people and its messages by id. */
const users = new Map()
const rooms = new Map()

const answer = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** POST /pair makes two users and their room, and answers with their tokens. */
const http = createServer((request, response) => {
  if (request.url !== '/pair') return answer(response, 404, {})
  const both = ['ann', 'ben'].map(name => ({ id: randomUUID(), username: `${name}-${users.size}` }))
  for (const user of both) users.set(user.id, { ...user, online: 0, lastSeen: new Date() })
  const roomId = randomUUID()
  rooms.set(roomId, { id: roomId, participants: new Set(both.map(({ id }) => id)), messages: new Map() })
  const people = both.map(({ id, username }) => ({
    id,
    token: jwt.sign({ userId: id, username }, secret, { expiresIn: '24h' }),
  }))
  answer(response, 201, { roomId, people })
})

const io = new Server(http, { transports: ['websocket'], cors: { origin: true } })

io.use((socket, next) => {
  try {
    const { userId } = jwt.verify(socket.handshake.auth.token, secret)
    const user = users.get(userId)
    if (!user) throw new Error('no such user')
    socket.data.user = user
    next()
  } catch {
    next(new Error('unauthorized'))
  }
})

/** The room if the user is in it; else undefined. */
function roomOf(user, roomId) {
  const room = rooms.get(roomId)
  return room?.participants.has(user.id) ? room : undefined
}

io.on('connection', socket => {
  const { user } = socket.data
  user.online += 1
  if (user.online === 1) socket.broadcast.to(user.id).emit('user:online', { userId: user.id, isOnline: true })

  socket.on('room:join', ({ roomId }, reply) => {
    const room = roomOf(user, roomId)
    if (!room) return reply({ ok: false, code: 'not_found' })
    socket.join(roomId)
    socket.to(roomId).emit('user:joined', { roomId, userId: user.id })
    reply({ ok: true, messages: [...room.messages.values()].slice(-100) })
  })

  socket.on('message:send', ({ roomId, content, nonce }, reply) => {
    const room = roomOf(user, roomId)
    if (!room) return reply({ ok: false, code: 'not_found' })
    if (typeof content !== 'string' || content.trim() === '' || content.length > longest) {
      return reply({ ok: false, code: 'invalid' })
    }
    const now = Date.now()
    const message = {
      id: randomUUID(),
      roomId,
      senderId: user.id,
      senderUsername: user.username,
      content,
      imageUrl: null,
      nonce,
      status: 'sent',
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + messageLifeMs).toISOString(),
    }
    room.messages.set(message.id, message)
    setTimeout(() => {
      room.messages.delete(message.id)
      io.to(roomId).emit('message:expired', { roomId, messageIds: [message.id] })
    }, messageLifeMs).unref()
    io.to(roomId).emit('message:new', message)
    reply({ ok: true, messageId: message.id, createdAt: message.createdAt, expiresAt: message.expiresAt })
  })

  socket.on('message:status', ({ roomId, messageId, status }) => {
    const message = roomOf(user, roomId)?.messages.get(messageId)
    if (!message || message.senderId === user.id || message.status === 'seen') return
    message.status = status === 'seen' ? 'seen' : 'delivered'
    io.to(roomId).emit('message:statusUpdated', { roomId, messageId, status: message.status })
  })

  socket.on('disconnect', () => {
    user.online -= 1
    user.lastSeen = new Date()
    if (user.online === 0)
      socket.broadcast.emit('user:offline', { userId: user.id, lastSeen: user.lastSeen.toISOString() })
  })
})

http.listen(0, '127.0.0.1', () => console.log(`serves http://127.0.0.1:${http.address().port}`))
