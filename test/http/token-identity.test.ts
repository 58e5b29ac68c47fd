import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { Tokens } from '#src/accounts/tokens.js'
import { bringsToken, identifyByToken } from '#src/http/token-identity.js'
import { demoPeople } from '../support/accounts/demo-people.js'
import { FakeClock } from '../support/fake-clock.js'
import { aliceId } from '../support/http-client.js'

function requestWith(authorization?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  request.headers = { cookie: 'sid=ours', ...(authorization === undefined ? {} : { authorization }) }
  return request
}

async function begin() {
  const clock = new FakeClock()
  const people = await demoPeople(clock)
  const tokens = new Tokens({ secret: 'a secret of thirty-two characters', lifetimeSeconds: 60, people, clock })
  const { token, expiresAt } = await tokens.issue(await people.logIn('alice@example.com', 'any'))
  return { clock, people, tokens, token, expiresAt }
}

it('a request brings a token when it has the header, whatever stands in it', () => {
  expect(['Bearer a.b.c', 'Basic x', '', undefined].map(header => bringsToken(requestWith(header)))).toEqual([
    true,
    true,
    true,
    false,
  ])
})

it('a valid token says who opens a socket, until when, and nothing of pages', async () => {
  const { tokens, token, expiresAt } = await begin()
  expect(await identifyByToken(tokens, requestWith(`Bearer ${token}`))).toEqual({
    userId: aliceId,
    sessionId: null,
    zone: null,
    language: 'en',
    announced: [],
    endsAt: expiresAt,
    readEnd: expect.any(Function),
  })
})

it.each([
  ['without a token', () => undefined],
  ['with an empty header', () => ''],
  ['with the token without its scheme', (token: string) => token],
  ['with a token that is not ours', () => 'Bearer a.b.c'],
])('a stranger opens nothing: %s', async (_what, headerOf) => {
  const { tokens, token } = await begin()
  expect(await identifyByToken(tokens, requestWith(headerOf(token)))).toBe(null)
})

it('the end of a token stays where it is, and is read as none once the token has ended', async () => {
  const { clock, tokens, token, expiresAt } = await begin()
  const identity = await identifyByToken(tokens, requestWith(`Bearer ${token}`))
  expect(await identity?.readEnd()).toBe(expiresAt)
  await clock.advance(60_000)
  expect(await identity?.readEnd()).toBe(null)
})

it('the end of a token is read as none once its person has logged out everywhere', async () => {
  const { people, tokens, token } = await begin()
  const identity = await identifyByToken(tokens, requestWith(`Bearer ${token}`))
  await people.endSessionsEverywhere(aliceId)
  expect(await identity?.readEnd()).toBe(null)
})
