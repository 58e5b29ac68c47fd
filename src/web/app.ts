import compression from 'compression'
import express, { type Express, Router } from 'express'
import { apiPath, createApi } from '../api/api.js'
import type { Context } from '../context.js'
import { readCookies } from '../http/cookies.js'
import { watchForwarded } from '../http/forwarded.js'
import { refuseForeignOrigin } from '../http/origin-check.js'
import { createRouter, type DeclaredRoute, declaredRoutes, notFound, type Route } from '../http/routes.js'
import { brotliParams } from '../http/text-answers.js'
import { logRequests } from '../ops/request-log.js'
import { countRefusals } from '../ops/request-refusals.js'
import { accountPages } from './accounts/account-pages.js'
import { blockPages } from './accounts/block-pages.js'
import { deviceForms } from './accounts/device-forms.js'
import { invitePages } from './accounts/invite-pages.js'
import { logInPages } from './accounts/log-in-pages.js'
import { registrationPages } from './accounts/registration-pages.js'
import { resetPages } from './accounts/reset-pages.js'
import { settingsPages } from './accounts/settings-pages.js'
import { apiDocs } from './api-docs-page.js'
import { appRoutes } from './app-routes.js'
import { chatRoutes } from './chats/chats.js'
import { eventStreams } from './chats/event-streams.js'
import { operatorRoutes } from './operator-routes.js'
import { errorPages } from './page/error-pages.js'
import { pageGuards } from './page/page-guards.js'
import { neverStore, securityHeaders } from './page/security-headers.js'
import { staleForms } from './page/stale-forms.js'
import { staticFiles } from './static-files.js'

/** The web application and its routes. */
export interface App {
  readonly app: Express
  readonly routes: readonly DeclaredRoute[]
}

/**
 * Builds the web application: the middlewares for every request, then the routes, each kind behind its guards.
 * @param operation the routes of /health and /metrics
 * @throws Error if something would answer at an address without a declaration
 */
export function createApp(context: Context, operation: Router): App {
  const { config, log, observer, answers } = context
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', config.trustProxy).set('query parser', 'simple')

  app.use(
    answers.watch,
    logRequests(log, config.nodeEnv === 'development' ? 'debug' : 'info'),
    countRefusals(observer),
    securityHeaders(config),
  )
  // What the machine itself asks for passes no proxy.
  app.use(neverStore, operation, operatorRoutes(context), watchForwarded(config, context.warnOfSetup))
  app.use(compression({ brotli: { params: brotliParams } }), answers.hold, readCookies)
  app.use(staticFiles(context), appRoutes(context))
  app.use(apiPath, createApi(context, apiDocs))
  app.use(refuseForeignOrigin(context.isOurOrigin), eventStreams(context))
  app.use(createPages(context))
  app.use(staleForms, errorPages(log))
  return { app, routes: declaredRoutes(app.router) }
}

function createPages(context: Context): Router {
  const guards = pageGuards(context)
  const routes = [
    entrance,
    ...logInPages(context),
    ...registrationPages(context),
    ...resetPages(context),
    ...settingsPages(context),
    ...accountPages(context),
    ...deviceForms(context),
    ...invitePages(context),
    ...blockPages(context),
    ...chatRoutes(context),
  ]
  const router = Router()
  return router.use(createRouter(routes, guards), ...guards.beforeRefusal, notFound)
}

const entrance: Route = {
  method: 'get',
  path: '/',
  access: 'anyone',
  handle: (request, response) => response.redirect(303, request.account ? '/chats' : '/login'),
}
