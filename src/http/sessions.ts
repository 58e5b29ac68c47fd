import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parse as parseCookie } from 'cookie'
import { signedCookie } from 'cookie-parser'
import type { Request, RequestHandler } from 'express'
import expressSession from 'express-session'
import type { Account, AccountState } from '../accounts/account.js'
import type { People } from '../accounts/people.js'
import { hidesNames } from '../accounts/settings.js'
import { canonicalTimeZone } from '../accounts/time-zone.js'
import type { Config } from '../config.js'
import type { Identity } from '../live/client/subscriber.js'
import { languageOf, regionsOf } from './accepted-language.js'
import { type CookieNames, isHttps } from './cookie-names.js'
import { DraftKeys } from './draft-key.js'
import { MemorySessionStore } from './memory-session-store.js'
import type { SessionStore } from './session-store.js'

/** How many sessions an account may have, so that one that logs in again and again holds no more. */
export const sessionsPerAccount = 100

/** Sessions of pages: an id in a cookie, and its data on the server. A visit before log-in makes none. */
export class Sessions {
  readonly #config: Config
  readonly #names: CookieNames
  readonly #store: SessionStore
  readonly #people: People
  readonly #draftKeys: DraftKeys
  readonly #onEnded: (userId: string, sessionId: string) => void
  readonly #onUsed: (account: Account, sessionId: string) => void
  /** Made at the first request: only then the name of the cookie is known. */
  #readSession: RequestHandler | undefined

  /**
   * @param onEnded called for every session that was ended on purpose
   * @param store where sessions are kept; in memory by default
   * @param onUsed called for every request that prolongs a session
   */
  constructor(
    config: Config,
    names: CookieNames,
    people: People,
    onEnded: (userId: string, sessionId: string) => void,
    store: SessionStore = new MemorySessionStore(),
    onUsed: (account: Account, sessionId: string) => void = () => {},
  ) {
    this.#config = config
    this.#names = names
    this.#people = people
    this.#draftKeys = new DraftKeys(config.sessionSecret)
    this.#onEnded = onEnded
    this.#onUsed = onUsed
    this.#store = store
  }

  /** The name of the cookie. */
  get cookieName(): string {
    return this.#names.nameFor('sid')
  }

  /** Reads the session of a request, and keeps it. */
  readonly middleware: RequestHandler = (request, response, next) => {
    this.#readSession ??= this.#sessionReader()
    // PUBLIC_URL decides. The package would silently set no Secure cookie unless a proxy sends `X-Forwarded-Proto: https`.
    if (isHttps(this.#config)) Object.defineProperty(request, 'secure', { value: true, configurable: true })
    this.#readSession(request, response, next)
  }

  #sessionReader(): RequestHandler {
    const { sessionSecret, sessionTtlMs } = this.#config
    return expressSession({
      name: this.cookieName,
      secret: sessionSecret,
      store: this.#store,
      resave: false,
      saveUninitialized: false,
      rolling: true,
      cookie: { httpOnly: true, sameSite: 'lax', secure: isHttps(this.#config), path: '/', maxAge: sessionTtlMs },
    })
  }

  /** Finds who is logged in; a session from before the account's last change of generation does not count. */
  readonly loadAccount: RequestHandler = (request, _response, next) => {
    this.#findAccount(request.session).then(account => {
      request.account = account
      if (account) {
        this.#onUsed(account, request.sessionID)
        request.handDraftKey = () => this.#draftKeys.handOut(account.id)
        request.hidesNames = hidesNames(account.settings, this.#config.directory)
      }
      next()
    }, next)
  }

  /** Finds who is logged in without prolonging or changing the session. */
  readonly findAccount: RequestHandler = async (request, _response, next) => {
    const id = this.idOf(request)
    request.account = id === null ? null : await this.#findAccount(await this.#store.read(id))
    next()
  }

  /**
   * Begins a session for a person, under a new id: one that an attacker planted before the log-in is worth nothing. The one
   * that the browser had until then ends. The newest hundred sessions of an account go on; older ones end, with every
   * connection that they opened.
   */
  async begin(request: Request, account: AccountState, zone: string): Promise<void> {
    const before = { userId: request.session.userId, id: request.sessionID }
    await new Promise<void>((resolve, reject) =>
      request.session.regenerate(error => (error ? reject(error) : resolve())),
    )
    if (before.userId) this.#onEnded(before.userId, before.id)
    request.session.userId = account.id
    request.session.generation = account.generation
    request.session.zone = canonicalTimeZone(zone)
    request.session.csrfSecret = randomBytes(18).toString('base64url')
    request.account = await this.#findAccount(request.session)
    await new Promise<void>((resolve, reject) => request.session.save(error => (error ? reject(error) : resolve())))
    for (const id of await this.#store.addToAccount(account.id, request.sessionID, sessionsPerAccount)) {
      await this.#store.remove(id)
      this.#onEnded(account.id, id)
    }
  }

  /** Ends the session and every connection that it opened. */
  async end(request: Request): Promise<void> {
    const { userId, id } = { userId: request.session.userId, id: request.sessionID }
    await new Promise<void>((resolve, reject) => request.session.destroy(error => (error ? reject(error) : resolve())))
    if (userId) this.#onEnded(userId, id)
  }

  /** Whether the session of a request has not ended meanwhile. */
  async isLive({ sessionID }: Request): Promise<boolean> {
    return (await this.#store.read(sessionID)) !== null
  }

  /** Who opens a connection, by its session cookie; null for a stranger. */
  async identify(request: IncomingMessage): Promise<Identity | null> {
    const id = this.idOf(request)
    if (id === null) return null
    const data = await this.#store.read(id)
    const account = await this.#findAccount(data)
    if (!data || !account) return null
    const readEnd = async () => {
      const current = await this.#store.read(id)
      return current && (await this.#findAccount(current)) ? endOf(current) : null
    }
    const zone = account.settings.zone ?? data.zone ?? null
    const { announced } = account.settings
    const language = languageOf(request, account.settings)
    const regions = regionsOf(request)
    return {
      userId: account.id,
      sessionId: id,
      zone,
      language,
      regions,
      announced,
      hidesNames: hidesNames(account.settings, this.#config.directory),
      endsAt: endOf(data),
      readEnd,
    }
  }

  /** The id in the session cookie of a request, null unless we signed it. The session may have ended. */
  readonly idOf = ({ headers }: IncomingMessage): string | null => {
    const cookie = parseCookie(headers.cookie ?? '')[this.cookieName]
    // `signedCookie` returns a value without this prefix unchecked.
    return (cookie?.startsWith('s:') && signedCookie(cookie, this.#config.sessionSecret)) || null
  }

  stop(): void {
    this.#store.stop()
  }

  async #findAccount(data: Partial<expressSession.SessionData> | null | undefined): Promise<Account | null> {
    if (!data?.userId) return null
    const account = await this.#people.find(data.userId)
    return account && account.generation === data.generation ? account : null
  }
}

/** When a session ends unless it is used, in milliseconds since the epoch. The store returns the date as text. */
function endOf({ cookie: { expires } }: expressSession.SessionData): number {
  return expires ? new Date(expires).getTime() : Number.POSITIVE_INFINITY
}
