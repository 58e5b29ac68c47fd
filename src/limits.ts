import { ipKeyGenerator } from 'express-rate-limit'
import { type Answer, goOn } from './chat/answer.js'
import type { Clock } from './chat/clock.js'
import { ChatError } from './chat/errors.js'
import type { Config } from './config.js'
import { readIpAddress } from './ip-address.js'
import { type Counters, type LimitResult, RateLimit } from './rate-limit.js'

const secondMs = 1000
const minuteMs = 60 * secondMs
/** How long a page or connection may wait for its turn, in milliseconds; beyond it, it is refused. */
const maxWaitMs = 3 * secondMs
/** How many requests that a page makes by itself count as one. */
const lightPerRequest = 10
/** More than typing into the search field causes, fewer than would keep the server busy. */
const searchesPerWindow = 10
const accountChanges = 60
const passwordChanges = 10
const wrongOperatorTokens = 10

/** Every limit of the settings except those on frames, which sockets count. */
export class Limits {
  /** Requests a second, by person: pages, forms, connections, joins, catch-ups, API. */
  readonly requests: RateLimit
  /** Requests that a page makes by itself a second, by person: pictures, files, beacons, reports. */
  readonly lightRequests: RateLimit
  /** Actions that reach another person a second, except sends, by person. */
  readonly reaching: RateLimit
  /** Sends a second, by person. */
  readonly messages: RateLimit
  /** API requests a second, by person. */
  readonly api: RateLimit
  /** Uploads a minute, by person. */
  readonly uploads: RateLimit
  /** Searches for a name a second, by person. */
  readonly searches: RateLimit
  /** Changes of settings, blocks and invites a minute, by person. */
  readonly accountChanges: RateLimit
  /** Changes of a password a minute, by person: hit first, refunded when the current one was wrong. */
  readonly passwordChanges: RateLimit
  /** Failed log-ins a minute, by account and address: hit first, refunded unless it failed. */
  readonly auth: RateLimit
  /** Log-ins and registrations a minute, by address. */
  readonly authAddress: RateLimit
  /** Wrong tokens of the operator a minute, by address: hit first, refunded when the token was right. */
  readonly operator: RateLimit

  /** @param counters where all of them count; in memory by default */
  constructor({ rateLimits }: Pick<Config, 'rateLimits'>, clock: Clock, counters?: Counters) {
    const create = (name: string, limit: number, windowMs: number, longestWaitMs = 0) =>
      new RateLimit({ name, windowMs, limit, longestWaitMs }, clock, counters)
    this.requests = create('requests', rateLimits.requests, secondMs, maxWaitMs)
    this.lightRequests = create('light-requests', lightPerRequest * rateLimits.requests, secondMs)
    this.reaching = create('reaching', rateLimits.reaching, secondMs)
    this.messages = create('messages', rateLimits.messages, secondMs)
    this.api = create('api', rateLimits.api, secondMs)
    this.uploads = create('uploads', rateLimits.uploads, minuteMs)
    this.searches = create('searches', searchesPerWindow, secondMs)
    this.accountChanges = create('account-changes', accountChanges, minuteMs)
    this.passwordChanges = create('password-changes', passwordChanges, minuteMs)
    this.auth = create('auth', rateLimits.auth, minuteMs)
    this.authAddress = create('auth-address', rateLimits.authAddress, minuteMs)
    this.operator = create('operator', wrongOperatorTokens, minuteMs)
  }
}

/**
 * The key of an address as `request.ip` has it, which may be whatever a proxy wrote: the address itself without a port, or its
 * network in IPv6, where one person has a whole network. All that is no address has one key.
 */
export function addressKey(written: string | undefined): string {
  const address = readIpAddress(written ?? '')
  return address === null ? 'unknown' : ipKeyGenerator(address)
}

/**
 * Counts a hit.
 * @param onCounted called with the result, also when the hit is over the limit
 * @throws ChatError `rate_limited` when the hit is over the limit, at once or in the answer
 */
export function refuseOver(
  limit: RateLimit,
  key: string,
  onCounted: (result: LimitResult) => void = () => {},
): Answer<void> {
  return goOn(limit.hit(key), result => {
    onCounted(result)
    if (!result.allowed) throw new ChatError('rate_limited', result.retryAfterMs)
  })
}
