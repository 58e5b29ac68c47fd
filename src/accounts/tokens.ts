import { randomUUID } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'
import type { Account } from './account.js'
import type { People } from './people.js'

const algorithm = 'HS256'
const issuer = 'ephemeral-chat'
const audience = 'ephemeral-chat-api'

const claimsSchema = z.object({ sub: z.string(), jti: z.string(), gen: z.int(), exp: z.int() })

/** What a valid token says. `expiresAt` in milliseconds since the epoch. */
export interface TokenClaims {
  readonly userId: UserId
  /** The account's generation when the token was issued. A later generation ends it. */
  readonly generation: number
  readonly expiresAt: number
}

/** The secret of tokens, how long they are valid, and whose they are. */
export interface TokensOptions {
  readonly secret: string
  readonly lifetimeSeconds: number
  readonly people: Pick<People, 'find'>
  readonly clock: Clock
}

/**
 * The tokens of programs: signed, never stored, and valid until their time is over or their account's generation rises.
 */
export class Tokens {
  readonly #key: Uint8Array
  readonly #options: TokensOptions

  constructor(options: TokensOptions) {
    this.#key = new TextEncoder().encode(options.secret)
    this.#options = options
  }

  /** A new token for a person, and when it ends in milliseconds since the epoch. */
  async issue(account: Account): Promise<{ token: string; expiresAt: number }> {
    const issuedAt = Math.floor(this.#wallTime() / 1000)
    const expiresAt = issuedAt + this.#options.lifetimeSeconds
    const token = await new SignJWT({ gen: account.generation })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setSubject(account.id)
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.#key)
    return { token, expiresAt: expiresAt * 1000 }
  }

  /** What a token says and its account; null for a token that is not ours or no longer valid. */
  async verify(token: string): Promise<{ account: Account; claims: TokenClaims } | null> {
    const claims = await this.#read(token)
    const account = claims && (await this.#findAccount(claims))
    return account ? { account, claims } : null
  }

  /** Whether a token that was verified is still valid. */
  async isLive(claims: TokenClaims): Promise<boolean> {
    return this.#wallTime() < claims.expiresAt && (await this.#findAccount(claims)) !== null
  }

  async #read(token: string): Promise<TokenClaims | null> {
    try {
      const currentDate = new Date(this.#wallTime())
      // The algorithm is fixed here: a token could name "none" as its own.
      const { payload } = await jwtVerify(token, this.#key, { algorithms: [algorithm], issuer, audience, currentDate })
      const { data } = claimsSchema.safeParse(payload)
      return data ? { userId: data.sub, generation: data.gen, expiresAt: data.exp * 1000 } : null
    } catch (error) {
      if (error instanceof errors.JOSEError) return null
      throw error
    }
  }

  /** Times in a token are by the wall clock, as the token may be from before a restart. */
  #wallTime(): number {
    const { clock } = this.#options
    return clock.wallTimeOf(clock.now())
  }

  async #findAccount({ userId, generation }: TokenClaims): Promise<Account | null> {
    const account = await this.#options.people.find(userId)
    return account && account.generation === generation ? account : null
  }
}

/** Whether a text has the form of a token, whoever signed it: then it is no guess at the operator's token. */
export function looksSigned(text: string): boolean {
  try {
    return decodeProtectedHeader(text).alg !== undefined && text.split('.').length === 3
  } catch {
    return false
  }
}
