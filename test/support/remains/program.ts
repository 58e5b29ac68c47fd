import { setTimeout as delay } from 'node:timers/promises'
import type WebSocket from 'ws'
import { openProgram, tokenOf } from '../full-room.js'
import type { Person } from './people.js'

/** How long between two requests to the API: a person may make so many a second, ms. */
const pauseMs = 250
const patienceMs = 15_000

/** A program that has a token, uses the API and listens in a room. */
export class Program {
  readonly #base: string
  readonly #token: string
  readonly #socket: WebSocket
  #heard = ''

  private constructor(base: string, token: string, socket: WebSocket) {
    this.#base = base
    this.#token = token
    this.#socket = socket
    socket.on('message', data => {
      this.#heard += String(data)
    })
  }

  /** Resolves once it is told of what is said in the room. */
  static async open(base: string, { name, password }: Person, roomId: string): Promise<Program> {
    const token = await tokenOf(base, name, password)
    const program = new Program(base, token, await openProgram(base, { token }))
    program.#socket.send(JSON.stringify({ type: 'room:join', roomId, ref: 'joined' }))
    await program.hears('"ref":"joined"')
    return program
  }

  /** Resolves once a word has come over its socket. */
  async hears(word: string): Promise<void> {
    for (const until = Date.now() + patienceMs; !this.#heard.includes(word); await delay(20)) {
      if (Date.now() > until) throw new Error(`A program was not told: ${word}`)
    }
  }

  async fetch(method: string, path: string, body?: object): Promise<Response> {
    await delay(pauseMs)
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
    return fetch(new URL(path, this.#base), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  /** The text of the answer. Throws if it is a refusal. */
  async ask(method: string, path: string, body?: object): Promise<string> {
    const answer = await this.fetch(method, `/api/${path}`, body)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} /api/${path} was answered with ${answer.status}: ${text}`)
    return text
  }

  close(): void {
    this.#socket.close()
  }
}
