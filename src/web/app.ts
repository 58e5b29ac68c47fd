import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import compression from 'compression'
import cookieParser from 'cookie-parser'
import express, { type Express, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import sirv from 'sirv'
import type { Gate } from '../accounts/gate.js'
import type { People } from '../accounts/people.js'
import type { Conversations } from '../chat/conversations.js'
import type { Config } from '../config.js'
import type { ChatPageDeps } from '../live/chat-page.js'
import { logRequests } from '../ops/request-log.js'
import { projectRoot } from '../project-root.js'
import { chatPages } from './chat-pages.js'
import { csrfProtection, refuseForeignOrigin } from './csrf.js'
import { errorPages, notFound, requireAccount } from './errors.js'
import { messagePages } from './message-pages.js'
import { registrationPages } from './registration-pages.js'
import { neverStore, securityHeaders } from './security-headers.js'
import { sessionPages } from './session-pages.js'
import type { Sessions } from './sessions.js'

export interface AppDeps {
  readonly config: Config
  readonly log: Logger
  readonly people: People
  readonly conversations: Conversations
  readonly sessions: Sessions
  readonly gate: Gate
  readonly chatPage: ChatPageDeps
  readonly isOurOrigin: (request: IncomingMessage) => boolean
  readonly health: RequestHandler
  /** What answers under /api. */
  readonly api: RequestHandler
}

/** Percent-encoding writes a UTF-16 unit as nine bytes at most; a page over the limit for messages must still arrive. */
const bytesPerUnit = 12
const smallestFormLimit = 1_048_576

/** The web application: middlewares in their order, then one router a noun. */
export function createApp(deps: AppDeps): Express {
  const { config, log, people, conversations, sessions, gate } = deps
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', config.trustProxy).set('query parser', 'simple')

  app.use(logRequests(log), securityHeaders(config))
  app.use('/static', serveStatic('static'))
  app.use(neverStore)
  app.get('/health', deps.health)
  app.use(compression(), cookieParser())
  app.use('/api', deps.api)
  app.use(refuseForeignOrigin(deps.isOurOrigin))
  app.use(sessions.middleware, sessions.loadAccount)

  const formLimit = Math.max(smallestFormLimit, bytesPerUnit * config.messageMaxLength)
  app.use(express.urlencoded({ extended: false, limit: formLimit }))
  const csrf = csrfProtection(config)
  const guards = [onlyServed(requireAccount), onlyServed(csrf)]
  const logIn = sessionPages({ gate, sessions, showsDemo: config.demoUsers })
  const register = registrationPages({ gate, sessions })
  app.use('/login', csrf, logIn.onStale)
  app.use('/register', csrf, register.onStale)
  app.use('/logout', ...guards)
  app.use(logIn.router, register.router)

  const chats = chatPages({ people, conversations, chatPage: deps.chatPage, roomGraceMs: config.roomGraceMs })
  const messages = messagePages({ conversations, sendChat: chats.sendChat, messageMaxLength: config.messageMaxLength })
  app.get('/', (request, response) => response.redirect(303, request.account ? '/chats' : '/login'))
  app.use(['/chats', '/people'], ...guards)
  app.use('/chats/:room/messages', messages.onStale)
  app.use(chats.router, messages.router)
  app.use(notFound)
  app.use(errorPages(log))
  return app
}

/** Methods that no page answers to are left to the routes, which say so. */
function onlyServed(handler: RequestHandler): RequestHandler {
  return (request, response, next) =>
    ['GET', 'HEAD', 'POST'].includes(request.method) ? handler(request, response, next) : next()
}

function serveStatic(folder: string): RequestHandler {
  const root = join(projectRoot, folder)
  const built = sirv(join(root, 'build'), { brotli: true, gzip: true, immutable: true, maxAge: 31_536_000, etag: true })
  const icons = sirv(join(root, 'icons'), { maxAge: 86_400, etag: true })
  const router = express.Router()
  return router.use('/build', built).use('/icons', icons)
}
