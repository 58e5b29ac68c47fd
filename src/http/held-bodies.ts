import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { ChatError } from '../chat/errors.js'

/** The most bytes of a body that anybody may send: more than any log-in, registration or new password needs. */
export const strangerBodyLimit = 8192
/** Bytes of all unfinished bodies of strangers together: a real one arrives whole within milliseconds. */
const mostOfStrangers = 4_194_304
/** Bytes of all members' bodies together, unless forms may be so long that more is needed. */
const mostOfMembers = 33_554_432
/** How many of the longest forms one member may hold; all members together may hold at least twice that. */
const formsEach = 4
/** The bytes that a chunk of a body counts as at least, however small it is. */
const leastPartCost = 128

/** The most bytes that are held, for each owner and for all together. */
export interface HeldBodiesLimits {
  readonly each: number
  readonly all: number
}

interface Owner {
  held: number
  // In the order of their arrival, as maps keep it.
  readonly bodies: Map<IncomingMessage, number>
}

/**
 * Bodies that the server holds in memory, with a limit for each owner and one for all. If an owner reaches theirs, their
 * oldest body is dropped with its connection; if all together reach theirs, the oldest body of the largest owner.
 */
export class HeldBodies {
  readonly #onGivenWay: () => void
  readonly #limits: HeldBodiesLimits
  readonly #owners = new Map<string, Owner>()
  readonly #ownerIds = new Map<IncomingMessage, string>()
  #held = 0

  /** @param onGivenWay told of each connection that was closed because a limit was reached */
  constructor(onGivenWay: () => void, limits: HeldBodiesLimits) {
    this.#onGivenWay = onGivenWay
    this.#limits = limits
  }

  /** For strangers, who share one owner. */
  static ofStrangers(onGivenWay: () => void): HeldBodies {
    return new HeldBodies(onGivenWay, { each: mostOfStrangers, all: mostOfStrangers })
  }

  /**
   * Bodies of members, each an owner.
   * @param formLimit the most bytes of a form
   */
  static ofMembers(onGivenWay: () => void, formLimit: number): HeldBodies {
    const each = formsEach * formLimit
    return new HeldBodies(onGivenWay, { each, all: Math.max(mostOfMembers, 2 * each) })
  }

  /**
   * Has `parse` read a body of at most `limit` bytes. A longer one is refused with `payload_too_large` as soon as its length,
   * or what has arrived, shows it. `parse` must not decompress: only arriving bytes are counted.
   */
  reader(parse: RequestHandler, limit: number): RequestHandler {
    return (request, response, next) => {
      if (Number(request.get('content-length') ?? 0) > limit) return next(new ChatError('payload_too_large'))
      let received = 0
      let isSettled = false
      const settle = (error?: unknown) => {
        if (isSettled) return
        isSettled = true
        request.off('data', count)
        this.release(request)
        // Nobody would read the refusal, and rendering it costs more than all before it.
        if (!request.socket.destroyed) next(error)
      }
      const count = ({ length }: Buffer) => {
        received += length
        if (received > limit) settle(new ChatError('payload_too_large'))
        else this.hold(request, length)
      }
      parse(request, response, settle)
      if (isSettled) return
      request.on('data', count)
      request.once('close', () => this.release(request))
    }
  }

  /** Counts `bytes` more of a request's body until `release`. Closes the connections of bodies that are dropped for it. */
  hold(request: Request, bytes: number): void {
    const cost = Math.max(bytes, leastPartCost)
    const id = request.account?.id ?? ''
    const owner = this.#owners.get(id) ?? { held: 0, bodies: new Map<IncomingMessage, number>() }
    this.#owners.set(id, owner)
    this.#ownerIds.set(request, id)
    owner.bodies.set(request, (owner.bodies.get(request) ?? 0) + cost)
    owner.held += cost
    this.#held += cost
    while (owner.held > this.#limits.each) this.#giveWay(owner)
    while (this.#held > this.#limits.all) this.#giveWay(this.#largest(owner))
  }

  /** Stops counting so many bytes of a request's body; all of them by default. */
  release(request: IncomingMessage, bytes = Number.POSITIVE_INFINITY): void {
    const id = this.#ownerIds.get(request)
    const owner = id === undefined ? undefined : this.#owners.get(id)
    if (id === undefined || !owner) return
    const held = owner.bodies.get(request) ?? 0
    const released = Math.min(bytes, held)
    this.#held -= released
    owner.held -= released
    if (released < held) {
      owner.bodies.set(request, held - released)
      return
    }
    owner.bodies.delete(request)
    this.#ownerIds.delete(request)
    if (owner.bodies.size === 0) this.#owners.delete(id)
  }

  #largest(first: Owner): Owner {
    let largest = first
    for (const owner of this.#owners.values()) if (owner.held > largest.held) largest = owner
    return largest
  }

  #giveWay(owner: Owner): void {
    for (const oldest of owner.bodies.keys()) {
      this.release(oldest)
      // The socket, not the request: destroying one that was read to its end does nothing.
      oldest.socket.destroy()
      this.#onGivenWay()
      return
    }
  }
}
