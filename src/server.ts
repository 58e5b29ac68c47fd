import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { privacyOf } from './accounts/account.js'
import { Admission } from './accounts/admission.js'
import { Gate } from './accounts/gate.js'
import { OneTimeLinks } from './accounts/one-time-links.js'
import { passwordGuard } from './accounts/password-guard.js'
import { Passwords } from './accounts/passwords.js'
import { People } from './accounts/people.js'
import { openAccountStore } from './accounts/store/open-store.js'
import { Tokens } from './accounts/tokens.js'
import { createApi } from './api/api.js'
import { bringsToken, identifyByToken } from './api/token-identity.js'
import { Conversations } from './chat/conversations.js'
import type { ErrorCode } from './chat/errors.js'
import type { Config } from './config.js'
import { fitConnections } from './descriptors.js'
import { createMemoryEngine } from './engines/memory/engine.js'
import { Answers } from './http/answers.js'
import { csrfProtection, originCheck } from './http/csrf.js'
import { formLimitOf } from './http/form-bodies.js'
import { HeldBodies } from './http/held-bodies.js'
import { createHttpServer } from './http/http-server.js'
import { listen } from './http/listening.js'
import { operatorCheck } from './http/operator-token.js'
import { pictureForm } from './http/pictures/picture-form.js'
import { accountOf } from './http/request.js'
import { limitLight } from './http/request-limits.js'
import { Sessions } from './http/sessions.js'
import { Images } from './images/images.js'
import { createLimits, refuseOver } from './limits.js'
import { Connections } from './live/connections.js'
import type { PageRendererDeps } from './live/html/page-renderer.js'
import { greetingOf, PageSessions } from './live/html/page-sessions.js'
import { Hub, lingerMs } from './live/hub.js'
import { ProgramSession } from './live/json/program-session.js'
import { closeCodes } from './live/transport/close-codes.js'
import { Sockets } from './live/transport/sockets.js'
import { createLog } from './ops/log.js'
import { Monitoring } from './ops/monitoring.js'
import { SystemClock } from './ops/system-clock.js'
import { Unread } from './unread.js'
import { createApp } from './web/app.js'
import { type PasswordResets, resetLifetimeMs } from './web/reset-pages.js'

/** A running server, or one that can be started. */
export interface Server {
  /**
   * Begins to listen; the answer is where.
   * @throws ConfigError when the address, or UPLOAD_DIR, is taken or cannot be used
   */
  start(): Promise<{ host: string; port: number }>
  /** Closes sockets with 1012, lets requests finish for a while, and forgets everything. */
  stop(): Promise<void>
}

// A deleted message must not survive in the slab that Node cuts small buffers from.
Buffer.poolSize = 0

/** Requests still open after this many milliseconds of stopping are cut. */
const finishMs = 3000
/** The frame limit leaves room for the JSON around a message, and for a message in which every character is escaped. */
const smallestFrame = 16_384
const frameOverhead = 4096
/** As many of a person's sockets as may say all that one may, at once; beside that there is room for what they may send. */
const socketsAtFullSpeed = 2

/** Bytes of a form beside its picture. */
const slackOfForms = 1_048_576

/** Room for a description of a thousand characters, each of four bytes. */
const maxDescriptionBytes = 16_384

/** Wires everything together: the one place that knows all the rooms of the house. */
export async function createServer(config: Config): Promise<Server> {
  const log = createLog(config.logLevel)
  const maxConnections = fitConnections(config.maxConnections)
  const clock = new SystemClock((stepMs, apartMs) =>
    log.warn(
      { stepMs, apartMs },
      `the wall clock was set ${stepMs < 0 ? 'back' : 'forward'}: times shown, sessions and tokens follow it, lifetimes do not`,
    ),
  )
  const limits = createLimits(config, clock)
  const admit = (userId: string) => limits.requests.takeTurn(userId)
  const countRequest = (userId: string) => refuseOver(limits.requests, userId)
  const passwords = new Passwords({
    cost: config.bcryptCost,
    onError: error => log.error({ err: error }, 'a password worker failed'),
  })
  const accounts = await openAccountStore(config.accountsFile, clock, error =>
    log.error({ err: error }, 'accounts were not saved'),
  )
  const admission = new Admission({ registration: config.registration, invites: config.invites, clock })
  const resets: PasswordResets = new OneTimeLinks({ clock, lifetimeMs: resetLifetimeMs, perOwner: 1 })
  const people = new People({
    store: accounts,
    passwords,
    directory: config.directory,
    clock,
    admission,
    limits,
    onHashNotRenewed: error => log.warn({ err: error }, 'the hash of a password could not be renewed'),
  })
  if (config.demoUsers) await people.addDemoAccounts()
  const engine = createMemoryEngine({
    clock,
    roomGraceMs: config.roomGraceMs,
    roomMaxMessages: config.roomMaxMessages,
    maxBytes: config.maxMessageMemoryBytes,
    maxBytesPerPerson: config.maxMessageBytesPerPerson,
    keepLonger: config.keepLonger,
    onListenerError: error => log.error({ err: error }, 'an event could not be handled'),
  })
  for (const account of await people.list()) await engine.setPrivacy(account.id, privacyOf(account), lingerMs)
  people.onAmended(account => {
    engine.setPrivacy(account.id, privacyOf(account), lingerMs).then(
      // Their pages come back at once, and find no more than they may.
      blocked => blocked.length > 0 && hub.closeUser(account.id, closeCodes.restarting),
      (error: unknown) => log.error({ err: error }, 'what a person keeps from others was not noted'),
    )
  })
  const images = new Images({ rules: config.images, imageTtlMs: config.imageTtlMs, engine, clock, log })
  const conversations = new Conversations(engine, config, {
    countSend: userId => limits.messages.hit(userId).retryAfterMs,
    countReaching: userId => limits.reaching.hit(userId).retryAfterMs,
    claimImage: images.claim,
    personExists: async userId => (await people.find(userId))?.isDisabled === false,
  })
  const monitoring = await Monitoring.open({
    clock,
    log,
    engine,
    metricsToken: config.metricsToken,
    countConnections: async () => ({ connections: hub.connectionCount, ...(await countConnections()) }),
  })
  const hub = new Hub(engine, clock, log, config.maxConnectionsPerUser)
  const sessions = new Sessions(config, people, (userId, sessionId) => hub.closeSession(userId, sessionId))
  people.onGenerationChange(({ id }) => {
    hub.closeUser(id)
    resets.drop(id)
  })
  people.onRemoved(id => {
    hub.closeUser(id)
    admission.dropOf(id)
    resets.drop(id)
    engine.forgetPerson(id).catch((error: unknown) => log.error({ err: error }, 'a person was not forgotten'))
  })
  const chatPage: PageRendererDeps = {
    engine,
    clock,
    lifetimeRules: config,
    serverId: randomBytes(6).toString('base64url'),
    namesOf: async ids => new Map([...(await people.findMany(ids))].map(([id, { username }]) => [id, username])),
    isTyping: (roomId, userId) => hub.isTyping(roomId, userId),
  }
  const tokens = new Tokens({ secret: config.jwtSecret, lifetimeSeconds: config.jwtExpiresInSeconds, people, clock })
  const sessionDeps = {
    conversations,
    log,
    messageMaxLength: config.messageMaxLength,
    onRefused: (code: ErrorCode) => monitoring.observer.refused('frame', code),
    admit,
  }
  const pageSessions = new PageSessions(chatPage, { ...sessionDeps, engine })
  const programs = {
    ...sessionDeps,
    hub,
    clock,
    namesOf: chatPage.namesOf,
    countJoin: countRequest,
  }
  const isOurOrigin = originCheck(config)
  const unread = new Unread(config.maxUnreadBytes, () => monitoring.observer.refused('connection', 'unread'))
  const connections = new Connections({
    hub,
    unread,
    clock,
    log,
    onRefused: reason => monitoring.observer.refused('handshake', reason),
    admit,
  })
  const sockets = new Sockets({
    connections,
    clock,
    log,
    framesPerSecond: config.rateLimits.frames,
    framesPerSecondEach: socketsAtFullSpeed * config.rateLimits.frames + config.rateLimits.messages,
    maxFrameBytes: Math.max(smallestFrame, 6 * config.messageMaxLength + frameOverhead),
    onRefused: (place, reason) => monitoring.observer.refused(place, reason),
    isOurOrigin,
    identify: (request, isProgram) =>
      isProgram && bringsToken(request) ? identifyByToken(tokens, request) : sessions.identify(request),
    countRequest,
    isMember: (roomId, userId) => conversations.includes(roomId, userId),
    sayGone: (identity, query) => pageSessions.sayGone(identity, greetingOf(query)),
    openSession: (context, { query, isProgram }) => {
      if (!isProgram) return pageSessions.open(context, greetingOf(query))
      const session = new ProgramSession(context.id, context.identity, context.connection, programs)
      return { session, start: () => session.start(context.roomId), onBadFrame: frame => session.refuseFrame(frame) }
    },
  })
  const guard = passwordGuard(limits)
  const gate = new Gate({ people, limits, guard })
  const countLight = limitLight(limits.lightRequests)
  const onGivenWay = () => monitoring.observer.refused('connection', 'half_open')
  const strangerBodies = HeldBodies.ofStrangers(onGivenWay)
  const memberBodies = HeldBodies.ofMembers(onGivenWay, formLimitOf(config.messageMaxLength))
  const { operatorToken } = config
  const checkOperator = operatorToken === null ? null : operatorCheck(operatorToken, limits.operator)
  const api = createApi({
    config,
    log,
    clock,
    gate,
    people,
    tokens,
    conversations,
    engine,
    sessions,
    csrf: csrfProtection(config),
    isOurOrigin,
    limits,
    countLight,
    countConnections: () => hub.connectionCount,
    checkOperator,
    strangerBodies,
    memberBodies,
    images,
    // Which room it is for may come after the file, so that is asked once all is read.
    readPicture: pictureForm({
      maxSize: config.images.maxSize,
      maxFieldSize: maxDescriptionBytes,
      held: images.uploads,
      bodies: memberBodies,
      ownerOf: request => accountOf(request).id,
      admit: async request => refuseOver(limits.uploads, accountOf(request).id),
    }),
    cookieName: sessions.cookieName,
  })
  const app = createApp({
    config,
    log,
    people,
    admission,
    resets,
    conversations,
    images,
    sessions,
    gate,
    guard,
    limits,
    countLight,
    strangerBodies,
    memberBodies,
    checkOperator,
    api,
    chatPage,
    events: { clock, log, connections, conversations, sessions, pageSessions, countRequest },
    hub,
    answers: new Answers(clock, unread),
    isOurOrigin,
    operation: monitoring.pages,
    observer: monitoring.observer,
  })
  const { http, countConnections } = createHttpServer(app, {
    maxConnections,
    maxReadAway: config.images.maxSize + slackOfForms,
    isBehindProxy: config.trustProxy > 0,
    onRefused: reason => monitoring.observer.refused('connection', reason),
    onWebSocket: (request, head) => sockets.upgrade(request, request.socket, head),
  })

  return {
    async start() {
      await images.start()
      const { address, port } = await listen(http, config)
      if (maxConnections < config.maxConnections) {
        log.warn({ maxConnections }, 'MAX_CONNECTIONS is lowered to what the limit of open files allows')
      }
      return { host: address, port }
    },
    async stop() {
      const closed = new Promise<void>(resolve => http.close(() => resolve()))
      hub.stop()
      const cut = setTimeout(() => http.closeAllConnections(), finishMs)
      http.closeIdleConnections()
      await closed
      clearTimeout(cut)
      monitoring.stop()
      clock.stop()
      sockets.stop()
      sessions.stop()
      limits.stop()
      await Promise.all([engine.stop(), images.stop(), passwords.close(), accounts.close()])
    },
  }
}
