import { once } from 'node:events'
import type WebSocket from 'ws'
import { z } from 'zod'
import { newPair } from './crowd.js'
import type { HttpClient } from './http-client.js'
import { programLine } from './program-line.js'

/** Somebody with a session for pages and a token for programs. */
export interface Member {
  readonly client: HttpClient
  readonly token: string
}

/** A room of two people, for a measurement. */
export interface Room {
  readonly roomId: string
  /** The path of its page. */
  readonly chat: string
  readonly members: readonly [Member, Member]
}

const logInAnswer = z.object({ token: z.string() })
const replyFrame = z.object({ type: z.literal('reply'), ok: z.literal(true) })

/** Fewer than the default of RATE_LIMIT_FRAMES, so that the server does not pause reading. */
const framesASocket = 40

/** Registers two new people and opens their chat. */
export async function newRoom(url: string): Promise<Room> {
  const { ann, ben, annName, benName, chat, room } = await newPair(url)
  return {
    roomId: room,
    chat,
    members: [
      { client: ann, token: await tokenOf(url, annName) },
      { client: ben, token: await tokenOf(url, benName) },
    ],
  }
}

/** Logs somebody of `crowd.ts` in as a program. */
export async function tokenOf(url: string, name: string, password = 'long enough 1'): Promise<string> {
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${name}@example.com`, password }),
  })
  return logInAnswer.parse(await response.json()).token
}

/** Opens a program's socket. */
export async function openProgram(url: string, { token }: Pick<Member, 'token'>): Promise<WebSocket> {
  const socket = programLine(url, { token })
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}

/**
 * Sends messages one after another as a program, over a new socket for every few of them. That way only RATE_LIMIT_MESSAGES
 * has to be raised.
 * @param from the index of the first, which its nonce carries
 */
export async function sendAll(
  url: string,
  member: Pick<Member, 'token'>,
  roomId: string,
  contents: readonly string[],
  from = 0,
): Promise<void> {
  for (let start = 0; start < contents.length; start += framesASocket) {
    const socket = await openProgram(url, member)
    const part = contents.slice(start, start + framesASocket)
    let left = part.length
    await new Promise<void>((resolve, reject) => {
      socket.on('close', code => reject(new Error(`The socket that fills the room was closed: ${code}`)))
      socket.on('message', data => {
        // Skips the many other frames, such as message:new.
        if (!data.toString().startsWith('{"type":"reply"')) return
        const reply = replyFrame.safeParse(JSON.parse(data.toString()))
        if (!reply.success) reject(new Error(`The room could not be filled: ${data.toString()}`))
        left -= 1
        if (left === 0) resolve()
      })
      for (const [offset, content] of part.entries()) {
        const ref = from + start + offset
        socket.send(JSON.stringify({ type: 'message:send', ref, roomId, content, nonce: `fill-${ref}` }))
      }
    })
    socket.terminate()
  }
}

/**
 * Fills a room with messages, half from each of its people.
 * @param contentOf the text of the message with this index
 */
export async function fillRoom(
  url: string,
  { roomId, members }: Room,
  messages: number,
  contentOf: (index: number) => string,
): Promise<void> {
  const contents = Array.from({ length: messages }, (_, index) => contentOf(index))
  const half = Math.floor(messages / 2)
  await Promise.all([
    sendAll(url, members[0], roomId, contents.slice(0, half)),
    sendAll(url, members[1], roomId, contents.slice(half), half),
  ])
}
