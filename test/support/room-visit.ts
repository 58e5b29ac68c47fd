import { once } from 'node:events'
import WebSocket from 'ws'
import { z } from 'zod'
import { fillRoom, newRoom, openProgram, type Room } from './full-room.js'
import { LivePage } from './live-page.js'

const reply = z.object({ ok: z.literal(true), messageId: z.string().optional() })

/** A room of many messages, all seen. Both people have a page open, and one of them a program too. */
export class RoomVisit {
  readonly #url: string
  readonly #room: Room
  readonly #page: LivePage
  readonly #otherPage: LivePage
  readonly #program: WebSocket
  /** The URL at which a page connects that shows all messages but the last, and the text of the last. */
  readonly #missing: { readonly address: URL; readonly text: string }
  #sent = 0
  #asked = 0

  private constructor(url: string, room: Room, pages: [LivePage, LivePage], program: WebSocket, missing: URL) {
    this.#url = url
    this.#room = room
    this.#page = pages[0]
    this.#otherPage = pages[1]
    this.#program = program
    this.#missing = { address: missing, text: `missed in ${room.roomId}` }
  }

  /** Makes the room. The server must be started with `limitsAway`. */
  static async enter(url: string, messages: number): Promise<RoomVisit> {
    const room = await newRoom(url)
    const [member, other] = room.members
    await fillRoom(
      url,
      room,
      messages - 3,
      index => `Message ${index}, about as long as messages mostly are in a chat.`,
    )
    const [program, otherProgram] = [await openProgram(url, member), await openProgram(url, other)]
    await writeAndRead(room.roomId, program, otherProgram)
    await writeAndRead(room.roomId, otherProgram, program)
    otherProgram.terminate()
    const html = await (await member.client.get(room.chat)).text()
    const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
    const pages: [LivePage, LivePage] = [
      await LivePage.open(url, member.client, room.chat),
      await LivePage.open(url, other.client, room.chat),
    ]
    const missing = new URL(address.replaceAll('&amp;', '&'), url.replace('http', 'ws'))
    const visit = new RoomVisit(url, room, pages, program, missing)
    await visit.send(visit.#missing.text)
    return visit
  }

  /** Loads the page. */
  async open(): Promise<string> {
    const { members, chat } = this.#room
    const response = await members[0].client.get(chat)
    if (!response.ok) throw new Error(`The page answered ${response.status}`)
    return response.text()
  }

  /** Connects as a page that has missed one message, and resolves with the frame that brings it. */
  async catchUp(): Promise<string> {
    const { client } = this.#room.members[0]
    const socket = new WebSocket(this.#missing.address, { headers: { cookie: client.cookieHeader } })
    const text = await new Promise<string>((resolve, reject) => {
      socket.on('message', data => data.toString().includes(this.#missing.text) && resolve(data.toString()))
      socket.on('close', code => reject(new Error(`The page was closed with ${code} as it caught up`)))
      socket.on('error', reject)
    })
    socket.terminate()
    return text
  }

  /** Reads the messages over the API. */
  async read(): Promise<string> {
    const { roomId, members } = this.#room
    const headers = { authorization: `Bearer ${members[0].token}` }
    const response = await fetch(`${this.#url}/api/chat/rooms/${roomId}/messages`, { headers })
    if (!response.ok) throw new Error(`The API answered ${response.status}`)
    return response.text()
  }

  /** Joins the room as a program, and resolves with the reply. */
  async join(): Promise<string> {
    this.#asked += 1
    return ask(this.#program, { type: 'room:join', roomId: this.#room.roomId, ref: `join-${this.#asked}` })
  }

  /** Sends from one page, and resolves once the other page has the message. */
  async send(content = `sent in ${this.#room.roomId} as number ${this.#sent}.`): Promise<void> {
    this.#page.say({ type: 'message:send', content, nonce: `sent-${this.#sent}` })
    this.#sent += 1
    await this.#otherPage.frame(({ text }) => text.includes(content))
    for (const page of [this.#page, this.#otherPage]) page.forget()
  }

  leave(): void {
    for (const socket of [this.#page.socket, this.#otherPage.socket, this.#program]) socket.terminate()
  }
}

/** Sends from one program and reports the message as seen from the other, which covers all messages before it. */
async function writeAndRead(roomId: string, writer: WebSocket, reader: WebSocket): Promise<void> {
  const frame = { type: 'message:send', roomId, content: 'The last one.', nonce: 'last', ref: 'last' }
  const { messageId } = reply.parse(JSON.parse(await ask(writer, frame)))
  const seen = { type: 'message:status', roomId, messageId, status: 'seen', ref: 'seen' }
  reply.parse(JSON.parse(await ask(reader, seen)))
}

/** Sends a frame, and resolves with the reply to its `ref`. */
async function ask(
  program: WebSocket,
  frame: { type: string; ref: string; [field: string]: unknown },
): Promise<string> {
  const ending = new AbortController()
  const { signal } = ending
  const closed = once(program, 'close', { signal }).then(([code]): string => {
    throw new Error(`The program was closed with ${code}`)
  })
  closed.catch(() => {})
  const answered = new Promise<string>(resolve => {
    const look = (data: WebSocket.RawData) => {
      if (!data.toString().startsWith(`{"type":"reply","ref":"${frame.ref}"`)) return
      program.off('message', look)
      resolve(data.toString())
    }
    program.on('message', look)
  })
  program.send(JSON.stringify(frame))
  try {
    return await Promise.race([answered, closed])
  } finally {
    ending.abort()
  }
}
