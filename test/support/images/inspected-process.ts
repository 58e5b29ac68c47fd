import { once } from 'node:events'
import { WebSocket } from 'ws'
import { z } from 'zod'

const remoteObject = z.object({ objectId: z.string().default(''), value: z.number().optional() })
const answerSchema = z.object({ result: remoteObject.optional(), objects: remoteObject.optional() })

/** Looks into the memory of another Node process through its inspector. */
export class InspectedProcess {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (result: unknown) => void>()
  #chunks: ((chunk: string) => void) | null = null
  #count = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => {
      const { id, method, params, result } = JSON.parse(data.toString())
      if (method === 'HeapProfiler.addHeapSnapshotChunk') this.#chunks?.(params.chunk)
      this.#answers.get(id)?.(result)
      this.#answers.delete(id)
    })
  }

  static async connect(address: string): Promise<InspectedProcess> {
    const socket = new WebSocket(address, { perMessageDeflate: false })
    await once(socket, 'open')
    return new InspectedProcess(socket)
  }

  /** Takes a snapshot of the whole heap and resolves with those of the texts that it contains. */
  async findTexts(texts: readonly string[]): Promise<string[]> {
    const found = new Set<string>()
    let rest = ''
    this.#chunks = chunk => {
      const part = rest + chunk
      for (const text of texts) if (part.includes(text)) found.add(text)
      rest = part.slice(-200)
    }
    await this.#ask('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
    this.#chunks = null
    return [...found]
  }

  /** How many live buffers hold one of the marks. Garbage is collected first. */
  async countBuffersWith(marks: readonly Buffer[]): Promise<number> {
    const prototype = await this.#ask('Runtime.evaluate', {
      expression: 'ArrayBuffer.prototype',
      objectGroup: 'scan',
    })
    const { objects } = await this.#ask('Runtime.queryObjects', {
      prototypeObjectId: prototype.result?.objectId,
      objectGroup: 'scan',
    })
    const { result } = await this.#ask('Runtime.callFunctionOn', {
      objectId: objects?.objectId,
      functionDeclaration: `function (marks) {
        const wanted = marks.map(mark => Buffer.from(mark, 'hex'))
        return this.filter(each => wanted.some(mark => Buffer.from(each).includes(mark))).length
      }`,
      arguments: [{ value: marks.map(mark => mark.toString('hex')) }],
      returnByValue: true,
    })
    // Otherwise the list of buffers would keep all of them alive.
    await this.#ask('Runtime.releaseObjectGroup', { objectGroup: 'scan' })
    return Number(result?.value)
  }

  /** Makes the process hold a buffer with a mark, or drop it (null). A test must show first that a mark can be found. */
  async hold(mark: Buffer | null): Promise<void> {
    const expression = mark
      ? `void (globalThis.held = Buffer.from('${mark.toString('hex')}', 'hex'))`
      : 'void delete globalThis.held'
    await this.#ask('Runtime.evaluate', { expression })
  }

  close(): void {
    this.#socket.close()
  }

  async #ask(method: string, params: object): Promise<z.infer<typeof answerSchema>> {
    const id = ++this.#count
    const answer = new Promise<unknown>(resolve => this.#answers.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answerSchema.parse(await answer)
  }
}
