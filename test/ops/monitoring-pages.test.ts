import { once } from 'node:events'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { type HealthSource, type HealthWarning, soundHealth } from '#src/ops/health.js'
import { type MetricsPage, monitoringPages } from '#src/ops/monitoring-pages.js'

async function serve(
  metrics: MetricsPage | null,
  health: HealthSource = soundHealth,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const app = express()
  app.use(monitoringPages(health, metrics))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return (path, init) => fetch(`http://127.0.0.1:${address.port}${path}`, init)
}

const page = { token: 'the right token', contentType: 'text/plain; version=0.0.4', render: async () => 'rooms 3\n' }

it('says to anybody that the server lives', async () => {
  const ask = await serve(null)
  const health = await ask('/health')
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
  expect((await ask('/metrics', { headers: { authorization: 'Bearer the right token' } })).status).toBe(404)
})

it('says to a proxy whether to send it requests, and to anybody what an operator should mend', async () => {
  const health = { isAway: false, warnings: [] as HealthWarning[] }
  const ask = await serve(null, health)
  const answers = async () => {
    const [lives, ready] = [await ask('/health'), await ask('/health/ready')]
    return [lives.status, await lives.json(), ready.status, await ready.json()]
  }
  expect(await answers()).toEqual([200, { status: 'ok' }, 200, { status: 'ok' }])
  health.isAway = true
  expect(await answers()).toEqual([200, { status: 'degraded' }, 503, { status: 'degraded' }])
  health.isAway = false
  health.warnings.push('redis_evicts')
  const warned = { status: 'ok', warnings: ['redis_evicts'] }
  expect(await answers()).toEqual([200, warned, 200, warned])
})

it('shows the metrics to whoever has their token, and to nobody else', async () => {
  const ask = await serve(page)
  const shown = await ask('/metrics', { headers: { authorization: 'Bearer the right token' } })
  expect([shown.status, shown.headers.get('content-type'), await shown.text()]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'rooms 3\n',
  ])
  for (const authorization of ['Bearer wrong', 'Bearer', '', 'the right token']) {
    const refused = await ask('/metrics', { headers: { authorization } })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(await refused.text()).toBe('METRICS_TOKEN is asked for\n')
  }
})
