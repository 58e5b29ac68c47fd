import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ChatError, errorTable } from '#src/chat/errors.js'
import { staticFiles } from '#src/web/static-files.js'
import { serveApp } from '../support/served-app.js'

/** Where the files of the folders stand. */
const prefix = '/static'

const passOn: RequestHandler = (_request, _response, next) => next()
const sayStatus: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error instanceof ChatError ? errorTable[error.code].status : 500).end()
}

let root = ''
let url = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'static-'))
  for (const folder of ['build/inner', 'icons']) await mkdir(join(root, folder), { recursive: true })
  const files = {
    ...{ 'build/page.css': 'body {}', 'build/page.css.br': 'br', 'build/page.css.gz': 'gz' },
    ...{ 'build/only.js': 'js', 'build/only.js.gz': 'js gz', 'build/inner/a.js': 'inner', 'icons/a.svg': '<svg/>' },
    'icons/favicon.ico': 'ico',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
})
afterAll(() => rm(root, { recursive: true }))
beforeEach(async () => {
  const files = staticFiles({ sessions: { findAccount: passOn }, countLight: passOn }, root)
  url = (await serveApp(express().use(files, sayStatus))) + prefix
})

/** What the server answers, with the headers of the answer; nothing is unpacked. */
async function ask(path: string, { accepted = 'identity', method = 'GET', known = '' } = {}) {
  const headers = { 'accept-encoding': accepted, 'if-none-match': known }
  const [response] = await once(get(url + path, { method, headers, agent: false }), 'response')
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  return { status: response.statusCode, headers: response.headers, text: String(Buffer.concat(parts)) }
}

it('serves the files of a folder that has a folder in it too', async () => {
  const statusOf = async (path: string) => (await ask(path)).status
  expect(await Promise.all(['/build/page.css', '/build/inner', '/build/inner/a.js'].map(statusOf))).toEqual([
    200, 404, 404,
  ])
})

it('has an icon where browsers look for one by themselves', async () => {
  const answer = await fetch(new URL('/favicon.ico', url))
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    200,
    'image/vnd.microsoft.icon',
    'ico',
  ])
})

it('a built file is kept for a year, as its name tells what it holds, and another for a day', async () => {
  const [built, icon] = [await ask('/build/page.css'), await ask('/icons/a.svg')]
  expect(built.headers).toMatchObject({
    ...{ 'cache-control': 'public,max-age=31536000,immutable', 'content-type': 'text/css; charset=utf-8' },
    ...{ vary: 'Accept-Encoding', etag: expect.stringMatching(/^W\/"[\w-]{22}"$/) },
  })
  expect(icon.headers).toMatchObject({
    ...{ 'cache-control': 'public,max-age=86400', 'content-type': 'image/svg+xml', vary: 'Accept-Encoding' },
  })
  expect([built.text, icon.text]).toEqual(['body {}', '<svg/>'])
})

it.each([
  ['br, gzip', 'br', 'br'],
  ['gzip, br', 'br', 'br'],
  ['gzip', 'gzip', 'gz'],
  ['identity', undefined, 'body {}'],
  ['br;q=0, gzip', 'gzip', 'gz'],
])('goes out packed the best way of those that are accepted: of %s %s', async (accepted, encoding, text) => {
  const { headers, text: got } = await ask('/build/page.css', { accepted })
  expect([headers['content-encoding'], got]).toEqual([encoding, text])
})

it('goes out as it can where it is not packed every way', async () => {
  expect([
    await ask('/build/only.js', { accepted: 'br, gzip' }),
    await ask('/icons/a.svg', { accepted: 'br' }),
  ]).toMatchObject([{ headers: { 'content-encoding': 'gzip' }, text: 'js gz' }, { text: '<svg/>' }])
})

it('has one tag for all its packings, by what it holds, and is not sent again to who has it', async () => {
  const tagOf = async (path: string, accepted: string) => (await ask(path, { accepted })).headers.etag ?? ''
  const tag = await tagOf('/build/page.css', 'br')
  expect(await tagOf('/build/page.css', 'identity')).toBe(tag)
  expect(await tagOf('/build/only.js', 'identity')).not.toBe(tag)
  expect(await ask('/build/page.css', { known: tag })).toMatchObject({ status: 304, text: '' })
})

it('a packed file is none by itself, and what is asked for otherwise is none', async () => {
  expect((await ask('/build/page.css.br')).status).toBe(404)
  expect((await ask('/build/page.css.gz')).status).toBe(404)
  expect((await ask('/build/page.css', { method: 'POST' })).status).not.toBe(200)
  expect((await ask('/build/../build/nothing.css')).status).toBe(404)
})

it('says as much to HEAD, without the file', async () => {
  const head = await ask('/build/page.css', { method: 'HEAD' })
  expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '7' } })
})

it('each request for one counts, whatever its method, once it is known who asks', async () => {
  const steps: string[] = []
  const note =
    (step: string): RequestHandler =>
    (_request, _response, next) => {
      steps.push(step)
      next()
    }
  const files = staticFiles({ sessions: { findAccount: note('who') }, countLight: note('counted') }, root)
  const counted = (await serveApp(express().use(files, sayStatus))) + prefix
  const statuses: number[] = []
  for (const method of ['GET', 'POST']) statuses.push((await fetch(`${counted}/icons/a.svg`, { method })).status)
  expect([statuses, steps]).toEqual([
    [200, 405],
    ['who', 'counted', 'who', 'counted'],
  ])
})
