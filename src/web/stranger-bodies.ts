import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'

/** Bytes of a body that anybody may send: more than any log-in, registration or new password needs. */
export const strangerBodyLimit = 8192
/** Bytes of all such bodies together that have not fully come: a real one comes whole within milliseconds. */
const mostHeld = 4_194_304
/** What a part of a body costs beside its bytes, however small it is. */
const partCost = 64

/** A body is longer than anybody may send. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
  readonly status = 413
}

/** The bodies of whoever is not known yet: each has a limit, and all that are half read have one total. */
export class StrangerBodies {
  readonly #onGivenWay: () => void
  readonly #mostHeld: number
  // A map keeps the order in which things came.
  readonly #unfinished = new Map<IncomingMessage, number>()
  #held = 0

  /** @param onGivenWay told of each connection that was closed because the total was reached: the oldest gives way */
  constructor(onGivenWay: () => void, total = mostHeld) {
    this.#onGivenWay = onGivenWay
    this.#mostHeld = total
  }

  /**
   * Has a body of at most `strangerBodyLimit` bytes read by `parse`, and refuses a longer one with BodyTooLarge as soon as
   * that is seen: by its length, or by what has come.
   */
  reader(parse: RequestHandler): RequestHandler {
    return (request, response, next) => {
      if (Number(request.get('content-length') ?? 0) > strangerBodyLimit) return next(new BodyTooLarge())
      let received = 0
      let isSettled = false
      const settle = (error?: unknown) => {
        if (isSettled) return
        isSettled = true
        request.off('data', count)
        this.#release(request)
        // Rendering a refusal costs more than all before it, and nobody would hear it.
        if (!request.socket.destroyed) next(error)
      }
      const count = ({ length }: Buffer) => {
        received += length
        if (received > strangerBodyLimit) settle(new BodyTooLarge())
        else this.#hold(request, length + partCost)
      }
      parse(request, response, settle)
      if (isSettled) return
      request.on('data', count)
      request.once('close', () => this.#release(request))
    }
  }

  #hold(request: IncomingMessage, cost: number): void {
    this.#unfinished.set(request, (this.#unfinished.get(request) ?? 0) + cost)
    this.#held += cost
    for (const oldest of this.#unfinished.keys()) {
      if (this.#held <= this.#mostHeld) return
      this.#release(oldest)
      oldest.destroy()
      this.#onGivenWay()
    }
  }

  #release(request: IncomingMessage): void {
    this.#held -= this.#unfinished.get(request) ?? 0
    this.#unfinished.delete(request)
  }
}
