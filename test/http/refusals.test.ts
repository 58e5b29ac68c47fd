import express from 'express'
import { expect, it } from 'vitest'
import { ChatError, type ErrorCode, errorTable, InvalidInput } from '#src/chat/errors.js'
import { codeOf, httpStatusOf, setRetryAfter } from '#src/http/refusals.js'
import { serveApp } from '../support/served-app.js'

const marked = (fields: object) => Object.assign(new Error('of a middleware'), fields)

it.each<[string, unknown, ErrorCode, number]>([
  ['a refusal of ours', new ChatError('room_full'), 'room_full', 507],
  ['refused input', new InvalidInput({ email: 'email_taken' }), 'invalid', 422],
  ['a stale CSRF token', marked({ code: 'EBADCSRFTOKEN', status: 403 }), 'forbidden', 403],
  ['what a middleware forbids', marked({ status: 403 }), 'forbidden', 403],
  ['what a middleware does not find', marked({ status: 404 }), 'not_found', 404],
  ['a method that a middleware does not take', marked({ status: 405 }), 'method_not_allowed', 405],
  ['a body too long', marked({ status: 413 }), 'payload_too_large', 413],
  ['a body packed in a way nobody knows', marked({ status: 415 }), 'unsupported_media_type', 415],
  ['an address that cannot be read', marked({ status: 400 }), 'bad_request', 400],
  ['a status of which we have no code', marked({ status: 417 }), 'bad_request', 400],
  ['the last status that a client may cause', marked({ status: 499 }), 'bad_request', 400],
  ['the first status that is ours', marked({ status: 500 }), 'internal', 500],
  ['a status below all refusals', marked({ status: 399 }), 'internal', 500],
  ['a status that is no number', marked({ status: '413' }), 'internal', 500],
  ['a fault', new Error('ours'), 'internal', 500],
  ['a fault of a middleware', marked({ status: 502 }), 'internal', 500],
  ['something that is no error', 'thrown', 'internal', 500],
  ['nothing', null, 'internal', 500],
])('answers %s by its code', (_what, error, code, status) => {
  expect(codeOf(error)).toBe(code)
  expect(httpStatusOf(new ChatError(code))).toBe(status)
})

it('has a page repeat by itself only what was asked for too often, and gives up only what will not pass', () => {
  const codesWith = (retry: string) =>
    Object.entries(errorTable)
      .filter(([, entry]) => entry.retry === retry)
      .map(([code]) => code)
      .sort()
  expect(codesWith('automatic')).toEqual(['rate_limited'])
  expect(codesWith('later')).toEqual(['person_full', 'room_full', 'server_busy', 'server_full', 'storage_failed'])
})

it.each([
  [undefined, null],
  [0, null],
  [1, '1'],
  [1000, '1'],
  [1001, '2'],
  [60_000, '60'],
])('a refusal for %j ms says in seconds when to come back: %j', async (retryAfterMs, header) => {
  const app = express().use((_request, response) => {
    setRetryAfter(response, { retryAfterMs })
    response.end()
  })
  expect((await fetch(await serveApp(app))).headers.get('retry-after')).toBe(header)
})
