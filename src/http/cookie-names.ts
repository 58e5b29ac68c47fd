import type { Config } from '../config.js'

/** Whether people reach this server over https. If so, cookies are Secure, and their names say so. */
export function isHttps(config: Pick<Config, 'publicUrl'>): boolean {
  return config.publicUrl?.protocol === 'https:'
}

/**
 * What cookies are for, and how their names begin where they are Secure. Browsers take a cookie with __Host- only for every
 * address of a host; those with __Secure- are for some addresses.
 */
const prefixes = { sid: '__Host-', csrf: '__Host-', deleted: '__Secure-', run: '__Secure-', with: '__Secure-' } as const

/**
 * The names of this server's cookies. Browsers send a cookie to all ports of its host, so the names end in the port: otherwise
 * two servers on one host would overwrite each other's cookies and so log people out. It is the port in PUBLIC_URL, if it
 * has one; without PUBLIC_URL it is the port that the server listens on, unless several nodes serve the same people.
 */
export class CookieNames {
  readonly #publicUrl: URL | null
  readonly #isOneOfSeveral: boolean
  #listeningPort = ''

  constructor({ publicUrl, redisUrl = null }: Pick<Config, 'publicUrl'> & Partial<Pick<Config, 'redisUrl'>>) {
    this.#publicUrl = publicUrl
    this.#isOneOfSeveral = redisUrl !== null
  }

  /** Tells which port the server listens on; PORT does not if it is 0. Must come before the first request. */
  listensOn(port: number): void {
    if (!this.#isOneOfSeveral) this.#listeningPort = String(port)
  }

  /** The name of the cookie for something. */
  nameFor(word: keyof typeof prefixes): string {
    const port = this.#publicUrl?.port ?? this.#listeningPort
    const name = port === '' ? word : `${word}-${port}`
    return isHttps({ publicUrl: this.#publicUrl }) ? prefixes[word] + name : name
  }
}
