import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Admission } from './accounts/admission.js'
import type { Gate } from './accounts/gate.js'
import type { PasswordGuard } from './accounts/password-guard.js'
import type { PasswordResets } from './accounts/password-resets.js'
import type { People } from './accounts/people.js'
import type { Tokens } from './accounts/tokens.js'
import type { Answer } from './chat/answer.js'
import type { Clock } from './chat/clock.js'
import type { Rooms } from './chat/rooms.js'
import type { Config } from './config.js'
import type { LoweredCap } from './fitted-caps.js'
import type { Answers } from './http/answers.js'
import type { CookieNames } from './http/cookie-names.js'
import type { HeldBodies } from './http/held-bodies.js'
import type { CheckOperator } from './http/operator-token.js'
import type { Sessions } from './http/sessions.js'
import type { WarnOfSetup } from './http/setup-warnings.js'
import type { FormsPlace } from './http/shared-posts.js'
import type { Images } from './images/images.js'
import type { Limits } from './limits.js'
import type { Connections } from './live/connections.js'
import type { PageRendererDeps } from './live/html/page-renderer.js'
import type { PageSessions } from './live/html/page-sessions.js'
import type { Hub } from './live/hub.js'
import type { HealthSource } from './ops/health.js'
import type { Observer } from './ops/observations.js'
import type { DeviceSessions } from './push/device-sessions.js'

/**
 * The parts of a running server, made once by `src/wiring`. Pages and the API take from it what they need:
 * `Pick<Context, 'people' | 'limits'>`. The parts themselves must not import it.
 */
export interface Context {
  readonly config: Config
  /** The caps in it that are lower than asked for. */
  readonly lowered: readonly LoweredCap[]
  readonly log: Logger
  readonly clock: Clock
  /** Where nodes tell each other of forms that are posted; null if there is but one node. */
  readonly forms: FormsPlace | null
  readonly limits: Limits
  readonly observer: Observer
  /** What is known of what the server needs. */
  readonly health: HealthSource

  readonly people: People
  readonly admission: Admission
  readonly resets: PasswordResets
  readonly tokens: Tokens
  readonly guard: PasswordGuard
  readonly gate: Gate

  /** Has the devices that are told of messages end with their sessions. */
  readonly deviceSessions: DeviceSessions
  /**
   * Returns where a browser wants to be told of messages, as it may be. Throws ChatError for where it may not. Null if no device is
   * told.
   */
  readonly checkEndpoint: ((endpoint: string) => string) | null
  /** The key by which browsers subscribe for this server, in base64url. Null if no device is told. */
  readonly pushKey: string | null

  readonly rooms: Rooms
  readonly images: Images

  readonly hub: Hub
  readonly connections: Connections
  readonly pageSessions: PageSessions
  /** What the parts of a chat page are rendered with. */
  readonly chatPage: PageRendererDeps

  readonly sessions: Sessions
  readonly cookieNames: CookieNames
  readonly warnOfSetup: WarnOfSetup
  readonly answers: Answers
  readonly strangerBodies: HeldBodies
  readonly memberBodies: HeldBodies
  /** Asks for the CSRF token, and makes the tokens of pages. */
  readonly csrf: RequestHandler
  /** Whether a request comes from a page of ours, or from no page at all. */
  readonly isOurOrigin: (request: IncomingMessage) => boolean
  /** Counts what pages ask for by themselves. */
  readonly countLight: RequestHandler
  /** Counts a request of a person. Throws ChatError `rate_limited` if it is over the limit. */
  readonly countRequest: (userId: string) => Answer<void>
  /** Null if the settings hold no token of the operator. */
  readonly checkOperator: CheckOperator | null
}
