import type { Request } from 'express'
import type { Session, SessionData } from 'express-session'
import { z } from 'zod'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import type { SharedStore } from '../shared-store/shared-store.js'
import { SessionStore } from './session-store.js'

/** A session that is used is prolonged once so much of its time is over, so that most requests write nothing. */
const prolongedAfter = 1 / 20
const mostUnprolongedMs = 60_000

const storedSession = z.looseObject({
  cookie: z.looseObject({ originalMaxAge: z.number() }),
  userId: z.string(),
  generation: z.number(),
  zone: z.string().nullable(),
  csrfSecret: z.string(),
})

/** Sessions that all nodes share. How long the key of one is kept is how long the session lasts: no clock of a node counts. */
export class SharedSessionStore extends SessionStore {
  readonly #store: SharedStore
  readonly #clock: Clock
  /** When the sessions that requests hold end. */
  readonly #ends = new WeakMap<object, number>()

  /** @param clock by which the cookie of what is read says when the session ends */
  constructor(store: SharedStore, clock: Clock) {
    super()
    this.#store = store
    this.#clock = clock
  }

  override createSession(request: Request, data: SessionData): Session & SessionData {
    const { expires } = data.cookie
    const session = super.createSession(request, data)
    if (expires) this.#ends.set(session, new Date(expires).getTime())
    return session
  }

  async read(id: string): Promise<SessionData | null> {
    const kept = await this.#store.get(keyOf(id))
    if (kept === null) return null
    const { cookie, ...data } = parse(kept.value)
    return { ...data, cookie: { ...cookie, expires: new Date(this.#now() + kept.remainsMs) } }
  }

  async remove(id: string): Promise<void> {
    const kept = await this.#store.take(keyOf(id))
    if (kept) await this.#store.removeFromList(listKeyOf(parse(kept.value).userId), id)
  }

  async addToAccount(userId: string, id: string, most: number): Promise<readonly string[]> {
    const session = await this.read(id)
    if (session === null) return []
    const listed = listKeyOf(userId)
    // Those that have ended by their time are in the list until somebody looks.
    const gone = await this.#store.addToList(listed, id, lifetimeOf(session), 2 * most)
    const ids = await this.#store.readList(listed)
    if (ids.length <= most) return gone
    const living = await this.listOfAccount(userId)
    const over = ids.filter(each => !living.includes(each))
    for (const each of over) await this.#store.removeFromList(listed, each)
    return [...gone, ...living.slice(0, Math.max(0, living.length - most))]
  }

  override touch(id: string, session: SessionData, callback: (error?: unknown) => void = () => {}): void {
    this.#prolong(id, session).then(() => callback(null), callback)
  }

  async listOfAccount(userId: string): Promise<readonly string[]> {
    const ids = await this.#store.readList(listKeyOf(userId))
    const kept = await Promise.all(ids.map(id => this.#store.get(keyOf(id))))
    return ids.filter((_, index) => kept[index] !== null)
  }

  stop(): void {}

  protected async write(id: string, session: SessionData, only: 'new' | 'kept'): Promise<void> {
    const lifetimeMs = lifetimeOf(session)
    await this.#store.set(keyOf(id), JSON.stringify(session), lifetimeMs, only)
    this.#ends.set(session, this.#now() + lifetimeMs)
  }

  async #prolong(id: string, session: SessionData): Promise<void> {
    const lifetimeMs = lifetimeOf(session)
    const endsAt = this.#ends.get(session) ?? 0
    const unprolongedMs = this.#now() + lifetimeMs - endsAt
    if (unprolongedMs < Math.min(lifetimeMs * prolongedAfter, mostUnprolongedMs)) return
    try {
      await this.#store.prolong(keyOf(id), lifetimeMs)
      await this.#store.prolong(listKeyOf(session.userId), lifetimeMs)
    } catch (error) {
      // The page was made meanwhile and is to be answered: the next request prolongs the session.
      if (!(error instanceof ChatError)) throw error
    }
  }

  #now(): number {
    return this.#clock.wallTimeOf(this.#clock.now())
  }
}

function parse(value: Buffer): z.infer<typeof storedSession> {
  return storedSession.parse(JSON.parse(value.toString()))
}

function keyOf(id: string): string {
  return `session:${id}`
}

function listKeyOf(userId: string): string {
  return `sessions:${userId}`
}

/** How long a session lasts from its last use, in ms. */
function lifetimeOf({ cookie }: SessionData): number {
  const { originalMaxAge } = cookie
  if (originalMaxAge === null) throw new TypeError('A session without an end cannot be kept')
  return originalMaxAge
}
