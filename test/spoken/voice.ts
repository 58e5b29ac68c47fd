import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** Something that the screen reader has said, in one breath. */
export interface Utterance {
  readonly text: string
  /** Whether something else broke it off. */
  isCut: boolean
}

/**
 * Characters a second: about 400 words a minute are fast for most people, and not for those who listen all day. What nobody has to
 * hear is over at once.
 */
const paces = { speech: 40, hurry: 2000 }

const report = z.object({ what: z.enum(['begin', 'end', 'cut']), text: z.string() })

/** What the screen reader says, as silent-voice.mjs reports it. */
export class Voice {
  #heard: Utterance[] = []
  #isSpeaking = false
  #lastAt = Date.now()
  #pace = paces.speech
  readonly #sockets = new Set<Socket>()
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.write(`${this.#pace}\n`)
      createInterface({ input: socket }).on('line', line => this.#take(line))
    })
  }

  /** @param path of the socket where the voice reports */
  static async listen(path: string): Promise<Voice> {
    const server = createServer()
    server.listen(path)
    await once(server, 'listening')
    return new Voice(server)
  }

  /** How much was said since the last `take`. */
  get count(): number {
    return this.#heard.length
  }

  /** For how long nothing has been said, in ms; 0 while something is being said. */
  get quietMs(): number {
    return this.#isSpeaking ? 0 : Date.now() - this.#lastAt
  }

  /** What was said since the last time, in its order. */
  take(): Utterance[] {
    return this.#heard.splice(0)
  }

  /** How fast it is to speak from now on. */
  setPace(pace: keyof typeof paces): void {
    this.#pace = paces[pace]
    for (const socket of this.#sockets) socket.write(`${this.#pace}\n`)
  }

  close(): void {
    this.#server.close()
  }

  #take(line: string): void {
    const { what, text } = report.parse(JSON.parse(line))
    this.#lastAt = Date.now()
    this.#isSpeaking = what === 'begin'
    if (what === 'begin') this.#heard.push({ text, isCut: false })
    const last = this.#heard.at(-1)
    if (what === 'cut' && last) last.isCut = true
  }
}
