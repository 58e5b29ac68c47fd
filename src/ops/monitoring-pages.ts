import type { RequestHandler, Router } from 'express'
import { bearerOf, isSameToken } from '../bearer.js'
import { createRouter, type Route } from '../http/routes.js'
import { type HealthSource, healthStatus } from './health.js'

/** The metrics, and the token that opens them. */
export interface MetricsPage {
  readonly token: string
  readonly contentType: string
  render(): Promise<string>
}

/**
 * The routes for machines: `/health` says whether the server lives, `/health/ready` whether a proxy should send it requests, and
 * `/metrics`, with its token, counts. Without metrics that path does not exist.
 */
export function monitoringPages(health: HealthSource, metrics: MetricsPage | null): Router {
  const stateNow = () => {
    const { warnings } = health
    return { status: healthStatus(health), ...(warnings.length > 0 && { warnings }) }
  }
  const routes: Route[] = [
    {
      method: 'get',
      path: '/health',
      access: 'anyone',
      limit: 'none',
      handle: (_request, response) => void response.json(stateNow()),
    },
    {
      method: 'get',
      path: '/health/ready',
      access: 'anyone',
      limit: 'none',
      handle: (_request, response) => void response.status(health.isAway ? 503 : 200).json(stateNow()),
    },
  ]
  const tokenGuards: RequestHandler[] = []
  if (metrics !== null) {
    tokenGuards.push(requireToken(metrics.token))
    routes.push({
      method: 'get',
      path: '/metrics',
      access: 'operator',
      limit: 'none',
      async handle(_request, response) {
        response.set('Content-Type', metrics.contentType).send(await metrics.render())
      },
    })
  }
  return createRouter(routes, {
    accepts: ({ access, limit }) => (access === 'anyone' || access === 'operator') && limit === 'none',
    before: ({ access }) => (access === 'operator' ? tokenGuards : []),
    beforeRefusal: [],
  })
}

function requireToken(token: string): RequestHandler {
  return (request, response, next) => {
    if (isSameToken(bearerOf(request.get('authorization')) ?? '', token)) return next()
    response.status(401).set('WWW-Authenticate', 'Bearer').type('text/plain').send('METRICS_TOKEN is asked for\n')
  }
}
