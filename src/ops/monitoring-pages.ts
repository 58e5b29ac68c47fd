import { type RequestHandler, Router } from 'express'
import { bearerOf, isSameToken } from '../bearer.js'
import { route } from '../http/routes.js'

/** What /metrics answers with, and the token that opens it. */
export interface MetricsPage {
  readonly token: string
  readonly contentType: string
  render(): Promise<string>
}

/** `/health` for anybody, and `/metrics` for requests with its token. Without metrics there is no such page. */
export function monitoringPages(metrics: MetricsPage | null): Router {
  const router = Router()
  const health: RequestHandler = (_request, response) => {
    response.json({ status: 'ok' })
  }
  route(router, '/health', { get: [health] })
  if (metrics === null) return router

  const show: RequestHandler = async (request, response) => {
    if (!isSameToken(bearerOf(request.get('authorization')) ?? '', metrics.token)) {
      response.status(401).set('WWW-Authenticate', 'Bearer').type('text/plain').send('METRICS_TOKEN is asked for\n')
      return
    }
    response.set('Content-Type', metrics.contentType).send(await metrics.render())
  }
  route(router, '/metrics', { get: [show] })
  return router
}
