import type { RequestHandler, Router } from 'express'
import { bearerOf, isSameToken } from '../bearer.js'
import { createRouter, type Route } from '../http/routes.js'

/** What /metrics answers with, and the token that opens it. */
export interface MetricsPage {
  readonly token: string
  readonly contentType: string
  render(): Promise<string>
}

/**
 * What machines ask: `/health`, and `/metrics` for whoever shows its token. Without metrics that address is none of ours.
 */
export function monitoringPages(metrics: MetricsPage | null): Router {
  const routes: Route[] = [
    {
      method: 'get',
      path: '/health',
      access: 'anyone',
      handle: (_request, response) => void response.json({ status: 'ok' }),
    },
  ]
  const tokenGuards: RequestHandler[] = []
  if (metrics !== null) {
    tokenGuards.push(requireToken(metrics.token))
    routes.push({
      method: 'get',
      path: '/metrics',
      access: 'operator',
      async handle(_request, response) {
        response.set('Content-Type', metrics.contentType).send(await metrics.render())
      },
    })
  }
  return createRouter(routes, {
    admits: ['anyone', 'operator'],
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
