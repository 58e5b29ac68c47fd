import { once } from 'node:events'
import WebSocket from 'ws'
import { z } from 'zod'
import { newPair } from './crowd.js'
import type { HttpClient } from './http-client.js'

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
  const enter = async (client: HttpClient, name: string): Promise<Member> => {
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `${name}@example.com`, password: 'long enough 1' }),
    })
    return { client, token: logInAnswer.parse(await response.json()).token }
  }
  return { roomId: room, chat, members: [await enter(ann, annName), await enter(ben, benName)] }
}

/** Opens a program's socket. */
export async function openProgram(url: string, { token }: Member): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'ephemeral-chat.v1.json', {
    headers: { authorization: `Bearer ${token}` },
  })
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}

/**
 * Fills a room with messages, half from each of its people, over a new socket for every few messages. That way only
 * RATE_LIMIT_MESSAGES has to be raised.
 * @param contentOf the text of the message with this index
 */
export async function fillRoom(
  url: string,
  { roomId, members }: Room,
  messages: number,
  contentOf: (index: number) => string,
): Promise<void> {
  const fillBy = async (member: Member, from: number, to: number) => {
    for (let start = from; start < to; start += framesASocket) {
      const socket = await openProgram(url, member)
      const indexes = Array.from({ length: Math.min(framesASocket, to - start) }, (_, offset) => start + offset)
      let left = indexes.length
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
        for (const index of indexes) {
          const frame = { type: 'message:send', ref: index, roomId, content: contentOf(index), nonce: `fill-${index}` }
          socket.send(JSON.stringify(frame))
        }
      })
      socket.terminate()
    }
  }
  const half = Math.floor(messages / 2)
  await Promise.all([fillBy(members[0], 0, half), fillBy(members[1], half, messages)])
}
