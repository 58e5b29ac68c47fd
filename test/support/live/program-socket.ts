import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type WebSocket from 'ws'
import { z } from 'zod'
import { newValidator } from '../api/api-client.js'
import { type ProgramLineInit, programLine } from '../program-line.js'

const frameSchema = z.looseObject({ type: z.string() })
export type Frame = z.infer<typeof frameSchema>

const description = z
  .object({ components: z.object({ messages: z.record(z.string(), z.object({ name: z.string() })) }) })
  .parse(JSON.parse(readFileSync(new URL('../../../docs/asyncapi.json', import.meta.url), 'utf8')))
const ajv = newValidator().addSchema(
  JSON.parse(readFileSync(new URL('../../../docs/asyncapi.json', import.meta.url), 'utf8')),
  'asyncapi',
)
const messages = Object.entries(description.components.messages)

/** Fails unless docs/asyncapi.json describes such a frame. */
function expectDescribed(frame: Frame): void {
  const candidates = messages.filter(([, { name }]) => name === frame.type).map(([key]) => key)
  const problems = candidates.map(key => {
    const validate = ajv.getSchema(`asyncapi#/components/messages/${key}/payload`)
    return validate?.(frame) ? null : JSON.stringify(validate?.errors)
  })
  expect(problems.includes(null), `${JSON.stringify(frame)} is described as none of ${candidates}: ${problems}`).toBe(
    true,
  )
}

/** A program's socket. Checks every frame that comes against docs/asyncapi.json. */
export class ProgramSocket {
  readonly frames: Frame[] = []
  readonly closed: Promise<number>
  readonly #socket: WebSocket
  readonly #waiting = new Set<() => void>()
  #lastRef = 0
  #fault: unknown = null

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise(resolve => socket.on('close', code => resolve(code)))
    socket.on('message', data => {
      try {
        const frame = frameSchema.parse(JSON.parse(String(data)))
        this.frames.push(frame)
        expectDescribed(frame)
      } catch (error) {
        this.#fault ??= error
      }
      for (const check of [...this.#waiting]) check()
    })
  }

  /** Connects. Throws an error with a `status` if the handshake is refused. */
  static open(url: string, init: ProgramLineInit): Promise<ProgramSocket> {
    const socket = programLine(url, init)
    const program = new ProgramSocket(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(program))
      socket.on('error', reject)
      socket.on('unexpected-response', (_request, response) => {
        reject(Object.assign(new Error('refused'), { status: response.statusCode }))
        socket.terminate()
      })
    })
  }

  /** The status with which the handshake is refused; null if it is accepted. */
  static async refusalOf(url: string, init: ProgramLineInit): Promise<number | null> {
    try {
      const socket = await ProgramSocket.open(url, init)
      socket.close()
      return null
    } catch (error) {
      return z.object({ status: z.number() }).parse(error).status
    }
  }

  send(frame: object | string): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** Sends a frame and waits for its reply. */
  ask(frame: object): Promise<Frame> {
    this.#lastRef += 1
    const ref = this.#lastRef
    this.send({ ...frame, ref })
    return this.heard(other => other.type === 'reply' && other.ref === ref)
  }

  /** Resolves with the first frame that matches, among those that came and those to come. */
  heard(matches: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.frames.find(matches)
        if (!found && this.#fault === null) return
        this.#waiting.delete(check)
        if (this.#fault !== null) reject(this.#fault)
        else if (found) resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** Resolves with the first frame of a type that has these fields. */
  hears(type: string, fields: Record<string, unknown> = {}): Promise<Frame> {
    return this.heard(
      frame => frame.type === type && Object.entries(fields).every(([key, value]) => frame[key] === value),
    )
  }

  /** Resolves with all frames once everything that was under way has arrived. */
  async settled(): Promise<readonly Frame[]> {
    await this.ask({ type: 'room:leave', roomId: 'none' })
    return this.frames
  }

  close(): void {
    this.#socket.close()
  }
}
