import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { messageClassesOf } from '#src/http/message-classes.js'

it('makes requests and answers whose prototypes Express need not change', async () => {
  const app = express()
  app.get('/', (request, response) => response.json({ path: request.path, isApps: request.app === app }))
  const prototypesOf = (...objects: object[]) => objects.map(each => Object.getPrototypeOf(each))
  const changes: boolean[] = []
  const server = createServer(messageClassesOf(app), (request, response) => {
    const before = prototypesOf(request, response)
    app(request, response)
    changes.push(...prototypesOf(request, response).map((prototype, index) => prototype !== before[index]))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  const answer = await fetch(`http://127.0.0.1:${address.port}/`)
  const body = await answer.json()
  server.closeAllConnections()
  server.close()
  expect(changes).toEqual([false, false])
  expect(body).toEqual({ path: '/', isApps: true })
})
