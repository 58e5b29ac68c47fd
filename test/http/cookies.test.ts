import express from 'express'
import { expect, it } from 'vitest'
import { readCookies } from '#src/http/cookies.js'
import { serveApp } from '../support/served-app.js'

it.each([
  [undefined, {}],
  ['', {}],
  ['a=1; b=two%20words', { a: '1', b: 'two words' }],
  ['a=j:{"x":1}', { a: 'j:{"x":1}' }],
])('the cookies %j are texts by name, whatever stands in them', async (cookie, cookies) => {
  const app = express().use(readCookies, (request, response) => void response.json(request.cookies))
  const url = await serveApp(app)
  const answer = await fetch(url, { headers: cookie === undefined ? {} : { cookie } })
  expect(await answer.json()).toEqual(cookies)
})
