import express, { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import type { Account } from '../accounts/account.js'
import { isDemoAccount } from '../accounts/demo-accounts.js'
import type { OneTimeLink } from '../accounts/one-time-links.js'
import { ChatError, errorTable, InvalidInput } from '../chat/errors.js'
import type { Context } from '../context.js'
import { strangerBodyLimit } from '../http/held-bodies.js'
import { ownOrigin } from '../http/own-origin.js'
import { codeOf, setRetryAfter } from '../http/refusals.js'
import { pathParameter } from '../http/request.js'
import { createRouter, type Route, type RouteGuards } from '../http/routes.js'
import { healthStatus, healthWarnings } from '../ops/health.js'
import { checkConditions } from '../ops/self-check.js'

/**
 * What `npm run admin` asks of the running server, as JSON and with the operator's token. If the settings hold none, these
 * routes do not exist.
 */
export function operatorRoutes({
  config,
  checkOperator,
  people,
  admission,
  resets,
  health,
  lowered,
}: Pick<Context, 'lowered' | 'config' | 'checkOperator' | 'people' | 'admission' | 'resets' | 'health'>): Router {
  if (checkOperator === null) return Router()

  const requireToken: RequestHandler = async (request, _response, next) => {
    await checkOperator(request)
    next()
  }

  const linkTo = (request: Request, path: string, { token, expiresAt }: OneTimeLink) => ({
    link: `${ownOrigin(request, config)}${path}${token}`,
    expiresAt: new Date(expiresAt).toISOString(),
  })

  const find = (request: Request) => people.findByName(pathParameter(request, 'name'))

  const list: Route['handle'] = async (_request, response) => {
    response.json({ accounts: (await people.list()).map(view) })
  }

  const linkToReset = async (request: Request, { id, generation }: Account) =>
    linkTo(request, '/reset/', await resets.create(id, { userId: id, generation }))

  const add: Route['handle'] = async (request, response) => {
    const account = await people.addByOperator(request.body)
    response.status(201).json({ account: view(account), ...(await linkToReset(request, account)) })
  }

  const reset: Route['handle'] = async (request, response) => {
    response.status(201).json(await linkToReset(request, await find(request)))
  }

  const setDisabled =
    (isDisabled: boolean): Route['handle'] =>
    async (request, response) => {
      response.json({ account: view(await people.setDisabled((await find(request)).id, isDisabled)) })
    }

  const remove: Route['handle'] = async (request, response) => {
    await people.removeByOperator((await find(request)).id)
    response.status(204).end()
  }

  const invite: Route['handle'] = async (request, response) => {
    response.status(201).json(linkTo(request, '/register?invite=', await admission.inviteByOperator()))
  }

  const showHealth: Route['handle'] = (_request, response) => {
    response.json({ status: healthStatus(health), warnings: health.warnings.map(warning => healthWarnings[warning]) })
  }

  const check: Route['handle'] = (_request, response) => {
    response.json({ conditions: checkConditions({ config, lowered }, health) })
  }

  const declare = (method: Route['method'], path: Route['path'], handle: Route['handle']): Route => {
    return { method, path, access: 'operator', limit: 'none', needsToken: false, handle, onError: [sayRefusal] }
  }
  const routes = [
    declare('get', '/operator/accounts', list),
    declare('post', '/operator/accounts', add),
    declare('get', '/operator/health', showHealth),
    declare('get', '/operator/check', check),
    declare('post', '/operator/accounts/:name/reset-password', reset),
    declare('post', '/operator/accounts/:name/disable', setDisabled(true)),
    declare('post', '/operator/accounts/:name/enable', setDisabled(false)),
    declare('post', '/operator/accounts/:name/delete', remove),
    declare('post', '/operator/invites', invite),
  ]
  const accepts: RouteGuards['accepts'] = ({ access, limit }) => access === 'operator' && limit === 'none'
  const readBody = express.json({ limit: strangerBodyLimit, inflate: false })
  const before: RouteGuards['before'] = ({ method }) => (method === 'post' ? [requireToken, readBody] : [requireToken])
  return createRouter(routes, { accepts, before, beforeRefusal: [] })
}

const sayRefusal: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const code = codeOf(error)
  if (code === 'internal') return next(error)
  const { status } = errorTable[code]
  if (error instanceof ChatError) setRetryAfter(response, error)
  const errors = error instanceof InvalidInput ? { errors: error.fields } : {}
  response
    .status(status)
    .type('application/problem+json')
    .json({ title: code, status, code, ...errors })
}

function view(account: Account) {
  const { id, username, email, createdAt, isDisabled } = account
  const isDemo = isDemoAccount(account)
  return { id, username, email, createdAt: new Date(createdAt).toISOString(), isDisabled, isDemo }
}
