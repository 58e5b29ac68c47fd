import { digestSession } from '../accounts/device.js'
import type { People } from '../accounts/people.js'
import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'
import { Rounds } from '../rounds.js'
import type { SharedStore } from '../shared-store/shared-store.js'

/** How often a node says again that a session has a connection open on it, and how long that holds if it does not, ms. */
const renewMs = 15_000
const heldMs = 3 * renewMs
/** More nodes than there are. */
const mostNodes = 1_000

/** What `OpenSessions` needs. */
export interface OpenSessionsDeps {
  readonly people: Pick<People, 'find'>
  readonly sharedStore: Pick<SharedStore, 'addToList' | 'readList' | 'removeFromList'>
  readonly clock: Clock
  /** By which this node is known to others. */
  readonly nodeId: string
  /** Told what could not be shared; must not throw itself. */
  readonly onError: (error: unknown) => void
}

/** A session with connections open on this node. */
interface OpenSession {
  readonly userId: UserId
  readonly digest: string
  connections: number
  /** Whether other nodes were told of it. */
  isHeld: boolean
}

/** Which sessions have a page or program open, on whichever node. It is shared of those alone that have a device. */
export class OpenSessions {
  readonly #deps: OpenSessionsDeps
  readonly #here = new Map<string, OpenSession>()
  readonly #rounds: Rounds<OpenSession>

  constructor(deps: OpenSessionsDeps) {
    this.#deps = deps
    this.#rounds = new Rounds(deps.clock, renewMs, session => void this.#hold(session))
  }

  /** A connection of a session was opened on this node. */
  opened(userId: UserId, sessionId: string): void {
    const known = this.#here.get(sessionId)
    if (known) {
      known.connections += 1
      return
    }
    const session: OpenSession = { userId, digest: digestSession(sessionId), connections: 1, isHeld: false }
    this.#here.set(sessionId, session)
    this.#rounds.add(session)
    void this.#hold(session)
  }

  /** One of them was closed. */
  closed(sessionId: string): void {
    const session = this.#here.get(sessionId)
    if (session === undefined) return
    session.connections -= 1
    if (session.connections > 0) return
    this.#here.delete(sessionId)
    this.#rounds.remove(session)
    if (!session.isHeld) return
    const { sharedStore, nodeId, onError } = this.#deps
    sharedStore.removeFromList(keyOf(session.digest), nodeId).catch(onError)
  }

  /** Whether a session has a connection open on any node, by its digest. */
  async isOpen(digest: string): Promise<boolean> {
    return (await this.#deps.sharedStore.readList(keyOf(digest))).length > 0
  }

  /** Renews nothing any more. */
  stop(): void {
    this.#rounds.stop()
  }

  async #hold(session: OpenSession): Promise<void> {
    const { people, sharedStore, nodeId, onError } = this.#deps
    try {
      const account = await people.find(session.userId)
      const hasDevice = account?.devices.some(device => device.session === session.digest)
      // Meanwhile it may have been closed, and would be held by nobody.
      if (!hasDevice || session.connections === 0) return
      session.isHeld = true
      await sharedStore.addToList(keyOf(session.digest), nodeId, heldMs, mostNodes)
    } catch (error) {
      onError(error)
    }
  }
}

function keyOf(digest: string): string {
  return `here:${digest}`
}
