import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { ChatError } from '../chat/errors.js'

/** Bytes of a body that anybody may send: more than any log-in, registration or new password needs. */
export const strangerBodyLimit = 8192
/** Bytes of all strangers' bodies together that have not fully come: a real one comes whole within milliseconds. */
const mostOfStrangers = 4_194_304
/** Bytes of all members' bodies together, where no single form may be larger. */
const mostOfMembers = 33_554_432
/** So many of the longest forms may one member hold; all members together hold at least two members' share. */
const formsEach = 4
/** What a part of a body costs at least, in bytes, however small it is. */
const leastPartCost = 128

/** The most that is held, in bytes. */
export interface HeldBodiesLimits {
  readonly each: number
  readonly all: number
}

interface Owner {
  held: number
  // A map keeps the order in which things came.
  readonly bodies: Map<IncomingMessage, number>
}

/**
 * Bodies that the server holds in memory, with a total for each owner and one for all. Where an owner's is reached, the
 * oldest body of that owner gives way; where the one for all is, the oldest of whoever holds most.
 */
export class HeldBodies {
  readonly #onGivenWay: () => void
  readonly #limits: HeldBodiesLimits
  readonly #owners = new Map<string, Owner>()
  readonly #ownerIds = new Map<IncomingMessage, string>()
  #held = 0

  /** @param onGivenWay told of each connection that was closed because a total was reached */
  constructor(onGivenWay: () => void, limits: HeldBodiesLimits) {
    this.#onGivenWay = onGivenWay
    this.#limits = limits
  }

  /** For strangers, who are all one owner. */
  static ofStrangers(onGivenWay: () => void): HeldBodies {
    return new HeldBodies(onGivenWay, { each: mostOfStrangers, all: mostOfStrangers })
  }

  /**
   * For members, each an owner.
   * @param formLimit bytes of the longest form
   */
  static ofMembers(onGivenWay: () => void, formLimit: number): HeldBodies {
    const each = formsEach * formLimit
    return new HeldBodies(onGivenWay, { each, all: Math.max(mostOfMembers, 2 * each) })
  }

  /**
   * Has a body of at most `limit` bytes read by `parse`, and refuses a longer one with `payload_too_large` as soon as that is seen:
   * by its length, or by what has come. `parse` must not unpack what is compressed: only what arrives is counted.
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
        // Rendering a refusal costs more than all before it, and nobody would hear it.
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

  /** Counts one more part of a request's body, of so many bytes, until `release`. Closes the connections that give way. */
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

  /** So many bytes of a request's body are not held any more, or none are. */
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
      // Not the request, which may have been read to its end: then destroying it does nothing.
      oldest.socket.destroy()
      this.#onGivenWay()
      return
    }
  }
}
