import type { IncomingMessage } from 'node:http'
import compression from 'compression'
import express, { type Express, type RequestHandler, Router } from 'express'
import type { Logger } from 'pino'
import type { Admission } from '../accounts/admission.js'
import type { Gate } from '../accounts/gate.js'
import type { PasswordGuard } from '../accounts/password-guard.js'
import type { People } from '../accounts/people.js'
import type { Conversations } from '../chat/conversations.js'
import type { Config } from '../config.js'
import type { Answers } from '../http/answers.js'
import { readCookies } from '../http/cookies.js'
import { csrfProtection, refuseForeignOrigin } from '../http/csrf.js'
import { type FormBodiesDeps, formBodies, formLimitOf } from '../http/form-bodies.js'
import type { CheckOperator } from '../http/operator-token.js'
import { pictureForm } from '../http/pictures/picture-form.js'
import { accountOf, pathParameter } from '../http/request.js'
import { limitRequests } from '../http/request-limits.js'
import { route } from '../http/routes.js'
import { isHttps, type Sessions } from '../http/sessions.js'
import { type Images, maxDescription } from '../images/images.js'
import { type Limits, refuseOver } from '../limits.js'
import type { PageRendererDeps } from '../live/html/page-renderer.js'
import type { Hub } from '../live/hub.js'
import type { Observer } from '../ops/observations.js'
import { logRequests } from '../ops/request-log.js'
import { countRefusals } from '../ops/request-refusals.js'
import { blockPages } from './block-pages.js'
import { chatPages } from './chat-pages.js'
import { errorPages, notFound, requireAccount } from './errors.js'
import { type EventStreamsDeps, eventStreams } from './event-streams.js'
import { framePosts } from './frame-posts.js'
import { imagePages } from './image-pages.js'
import { invitePages } from './invite-pages.js'
import { lifetimePages } from './lifetime-pages.js'
import { messagePages } from './message-pages.js'
import { operatorRoutes } from './operator-routes.js'
import { registrationPages } from './registration-pages.js'
import { type PasswordResets, resetPages } from './reset-pages.js'
import { neverStore, securityHeaders } from './security-headers.js'
import { sessionPages } from './session-pages.js'
import { settingsPages } from './settings-pages.js'
import { staleForms } from './stale-forms.js'
import { staticFiles } from './static-files.js'

export interface AppDeps extends FormBodiesDeps {
  readonly config: Config
  readonly log: Logger
  readonly people: People
  readonly admission: Admission
  readonly resets: PasswordResets
  readonly conversations: Conversations
  readonly images: Images
  readonly sessions: Sessions
  readonly gate: Gate
  readonly chatPage: PageRendererDeps
  readonly events: EventStreamsDeps
  readonly hub: Hub
  readonly answers: Answers
  readonly isOurOrigin: (request: IncomingMessage) => boolean
  /** What machines ask: /health and the like. */
  readonly operation: RequestHandler
  readonly observer: Observer
  /** Null where the settings have no token of the operator's. */
  readonly checkOperator: CheckOperator | null
  /** What answers under /api. */
  readonly api: RequestHandler
  readonly guard: PasswordGuard
  readonly limits: Limits
  /** Counts what pages ask for by themselves; see `limitLight`. */
  readonly countLight: RequestHandler
}

/** The web application: middlewares in their order, then one router a noun. */
export function createApp(deps: AppDeps): Express {
  const { config, log, people, admission, resets, conversations, images, sessions, limits, gate, guard } = deps
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', config.trustProxy).set('query parser', 'simple')

  app.use(deps.answers.watch, logRequests(log), countRefusals(deps.observer), securityHeaders(config))
  app.use('/static', sessions.findAccount, deps.countLight, staticFiles())
  app.use(neverStore)
  app.use(deps.operation)
  app.use(operatorRoutes(deps))
  app.use(compression(), deps.answers.hold, readCookies)
  app.use('/api', deps.api)
  app.use(refuseForeignOrigin(deps.isOurOrigin))
  app.use(eventStreams(deps.events))
  app.use(
    sessions.middleware,
    sessions.loadAccount,
    limitRequests(limits.requests, deps.countLight, sessions.findAccount),
  )

  const formLimit = formLimitOf(config.messageMaxLength)
  app.use(formBodies(deps, formLimit))
  const csrf = onlyServed(csrfProtection(config))
  const guards = [onlyServed(requireAccount), csrf]
  const logIn = sessionPages({
    gate,
    sessions,
    showsDemo: config.demoUsers,
    canRegister: admission.registration !== 'closed',
  })
  const register = registrationPages({ gate, admission, sessions })
  const settings = settingsPages({ people, sessions, guard, hasInvites: admission.isByMembers })
  const invites = invitePages({ admission, limits, publicUrl: config.publicUrl })
  const reset = resetPages({ people, resets, limits })
  app.use('/login', csrf, logIn.onStale)
  app.use('/register', csrf, register.onStale)
  app.use('/reset/:token', csrf, reset.onStale)
  app.use(['/logout', '/invites'], ...guards)
  app.use('/settings', ...guards, settings.onStale)
  app.use(logIn.router, register.router, settings.router, invites.router, reset.router)

  const chats = chatPages({
    people,
    conversations,
    chatPage: deps.chatPage,
    secure: isHttps(config),
    messageMaxLength: config.messageMaxLength,
    pictureRules: { ...config.images, maxDescription },
  })
  const { sendChat } = chats
  const messages = messagePages({ conversations, images, sendChat, messageMaxLength: config.messageMaxLength })
  const readPicture = pictureForm({
    maxSize: config.images.maxSize,
    maxFieldSize: formLimit,
    held: images.uploads,
    bodies: deps.memberBodies,
    ownerOf: request => accountOf(request).id,
    admit: async request => {
      const { id } = accountOf(request)
      await images.admit(pathParameter(request, 'room'), id)
      refuseOver(limits.uploads, id)
    },
  })
  app.use(entrance())
  // A form with a picture holds its token inside, so it is read before the guards.
  app.post(['/chats/:room/messages', '/chats/:room/images'], requireAccount, readPicture)
  app.use(['/chats', '/people', '/images'], ...guards)
  app.use(blockPages({ people }).router)
  app.use('/chats/:room/messages', messages.onStale)
  const lifetimes = lifetimePages({ conversations, sendChat })
  app.use(framePosts(conversations, deps.hub), chats.router, messages.router, lifetimes.router, imagePages(images))
  app.use('/chats/:room', chats.showGone)
  app.use(notFound)
  app.use(staleForms)
  app.use(errorPages(log))
  return app
}

/** Methods that no page answers to are left to the routes, which say so. */
function onlyServed(handler: RequestHandler): RequestHandler {
  return (request, response, next) =>
    ['GET', 'HEAD', 'POST'].includes(request.method) ? handler(request, response, next) : next()
}

/** The address alone, which leads on; and what is said to whoever asks for a file that is not there, or would change one. */
function entrance(): Router {
  const router = Router()
  route(router, '/', { get: [(request, response) => response.redirect(303, request.account ? '/chats' : '/login')] })
  route(router, '/static/*file', { get: [notFound] })
  return router
}
