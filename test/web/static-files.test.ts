import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { ChatError, errorTable } from '#src/chat/errors.js'
import { staticFiles } from '#src/web/static-files.js'

const passOn: RequestHandler = (_request, _response, next) => next()

it('serves the files of a folder that has a folder in it too', async () => {
  const root = await mkdtemp(join(tmpdir(), 'static-'))
  onTestFinished(() => rm(root, { recursive: true }))
  for (const folder of ['build/inner', 'icons']) await mkdir(join(root, folder), { recursive: true })
  await writeFile(join(root, 'build', 'page.css'), 'body {}')
  const sayStatus: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(error instanceof ChatError ? errorTable[error.code].status : 500).end()
  }
  const files = staticFiles({ sessions: { findAccount: passOn }, countLight: passOn }, root)
  const http = express().use(files, sayStatus).listen(0, '127.0.0.1')
  onTestFinished(() => void http.close())
  await once(http, 'listening')
  const address = http.address()
  if (typeof address !== 'object' || address === null) throw new Error('it listens to no port')
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${address.port}${path}`)).status
  expect(await Promise.all(['/static/build/page.css', '/static/build/inner'].map(statusOf))).toEqual([200, 404])
})
