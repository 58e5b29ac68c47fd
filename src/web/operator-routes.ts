import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import type { Account } from '../accounts/account.js'
import type { Admission } from '../accounts/admission.js'
import type { OneTimeLink } from '../accounts/one-time-links.js'
import type { People } from '../accounts/people.js'
import { ChatError } from '../chat/errors.js'
import type { Config } from '../config.js'
import type { CheckOperator } from '../http/operator-token.js'
import { pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import { setRetryAfter, statusOfError } from './errors.js'
import type { PasswordResets } from './reset-pages.js'

export interface OperatorRoutesDeps {
  readonly config: Pick<Config, 'publicUrl'>
  /** Null where the settings have no token of the operator's. */
  readonly checkOperator: CheckOperator | null
  readonly people: People
  readonly admission: Admission
  readonly resets: PasswordResets
}

/**
 * What `npm run admin` asks of the running server, which alone holds the truth: JSON, with the operator's token. Without
 * one in the settings none of this is there.
 */
export function operatorRoutes({ config, checkOperator, people, admission, resets }: OperatorRoutesDeps): Router {
  const router = Router()
  const { publicUrl } = config
  if (checkOperator === null) return router

  const requireToken: RequestHandler = (request, _response, next) => {
    checkOperator(request)
    next()
  }

  const linkTo = (request: Request, path: string, { token, expiresAt }: OneTimeLink) => ({
    link: `${publicUrl?.origin ?? `http://${request.get('host')}`}${path}${token}`,
    expiresAt: new Date(expiresAt).toISOString(),
  })

  const find = (request: Request) => people.findByName(pathParameter(request, 'name'))

  const list: RequestHandler = async (_request, response) => {
    response.json({ accounts: (await people.list()).map(view) })
  }

  const reset: RequestHandler = async (request, response) => {
    const { id, generation } = await find(request)
    response.status(201).json(linkTo(request, '/reset/', resets.create(id, { userId: id, generation })))
  }

  const setDisabled =
    (isDisabled: boolean): RequestHandler =>
    async (request, response) => {
      response.json({ account: view(await people.setDisabled((await find(request)).id, isDisabled)) })
    }

  const remove: RequestHandler = async (request, response) => {
    await people.removeByOperator((await find(request)).id)
    response.status(204).end()
  }

  const invite: RequestHandler = (request, response) => {
    response.status(201).json(linkTo(request, '/register?invite=', admission.inviteByOperator()))
  }

  router.use('/operator', requireToken)
  route(router, '/operator/accounts', { get: [list] })
  route(router, '/operator/accounts/:name/reset-password', { post: [reset] })
  route(router, '/operator/accounts/:name/disable', { post: [setDisabled(true)] })
  route(router, '/operator/accounts/:name/enable', { post: [setDisabled(false)] })
  route(router, '/operator/accounts/:name/delete', { post: [remove] })
  route(router, '/operator/invites', { post: [invite] })
  router.use('/operator', sayRefusal)
  return router
}

const sayRefusal: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof ChatError)) return next(error)
  const status = statusOfError(error)
  setRetryAfter(response, error)
  response.status(status).type('application/problem+json').json({ title: error.code, status, code: error.code })
}

function view({ id, username, email, createdAt, isDisabled }: Account) {
  return { id, username, email, createdAt: new Date(createdAt).toISOString(), isDisabled }
}
