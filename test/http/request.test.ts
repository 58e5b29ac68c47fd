import express, { type Request } from 'express'
import { describe, expect, it } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { accountOf, formField, formFields, pathParameter, queryText, safeNext } from '#src/http/request.js'
import { serveApp } from '../support/served-app.js'

const account = newAccount({ id: 'ann', username: 'ann', email: 'ann', passwordHash: '', createdAt: 1 })

/** What is read of a request to an address with a body. */
async function read<T>(ask: (request: Request) => T, { path = '/', body }: { path?: string; body?: unknown } = {}) {
  const results: T[] = []
  const app = express().all('/{:one}', (request, response) => {
    request.account = null
    request.body = body
    results.push(ask(request))
    response.end()
  })
  await fetch((await serveApp(app)) + path)
  return results[0]
}

it('who is logged in is known, and nobody is refused as such', async () => {
  expect(
    await read(request => {
      request.account = account
      return accountOf(request)
    }),
  ).toBe(account)
  expect(
    await read(request => {
      try {
        return accountOf(request)
      } catch (error) {
        return error
      }
    }),
  ).toMatchObject({ code: 'unauthenticated' })
})

it.each([
  [{ name: 'text' }, 'text'],
  [{ name: '' }, ''],
  [{ other: 'text' }, ''],
  [{ name: ['a', 'b'] }, ''],
  [{ name: 1 }, ''],
  [undefined, ''],
  [null, ''],
  ['name', ''],
])('a field of the form %j is %j', async (body, text) => {
  expect(await read(request => formField(request, 'name'), { body })).toBe(text)
})

it.each([
  [{ name: ['a', 'b'] }, ['a', 'b']],
  [{ name: 'a' }, ['a']],
  [{ name: ['a', '', 1, 'b'] }, ['a', 'b']],
  [{ name: '' }, []],
  [{}, []],
  [undefined, []],
  [null, []],
])('all fields of one name in the form %j are %j', async (body, texts) => {
  expect(await read(request => formFields(request, 'name'), { body })).toEqual(texts)
})

it.each([
  ['/?q=text', 'text'],
  ['/?q=', ''],
  ['/', ''],
  ['/?q=a&q=b', ''],
])('what the address %s asks for is %j', async (path, text) => {
  expect(await read(request => queryText(request, 'q'), { path })).toBe(text)
})

it('a parameter of the path is text, and none is the empty text', async () => {
  expect(await read(request => pathParameter(request, 'one'), { path: '/room' })).toBe('room')
  expect(await read(request => pathParameter(request, 'two'), { path: '/room' })).toBe('')
})

describe('where to go after log-in', () => {
  it.each(['/chats', '/chats/r1?x=y', '/a//b'])('is %s', address => {
    expect(safeNext(address)).toBe(address)
  })

  it('has no fragment and no dot segments', () => {
    expect(safeNext('/chats/../people?q=a#b')).toBe('/people?q=a')
  })

  it.each([
    ...['', '/', 'chats', 'https://evil.example/a', '//evil.example/a', '/\\evil.example/a', '/..//evil.example/a'],
    ...['/./', '//', '//[', 'http://ours/a', '?q', '/#a'],
  ])('is never %j', address => {
    expect(safeNext(address)).toBe('')
  })
})
