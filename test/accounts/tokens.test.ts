import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { expect, it } from 'vitest'
import { People } from '#src/accounts/people.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { looksSigned, Tokens } from '#src/accounts/tokens.js'
import { bearerOf } from '#src/bearer.js'
import { FakeClock } from '../support/fake-clock.js'
import { aliceId } from '../support/http-client.js'

const secret = 'a secret of thirty-two characters or more'

async function begin() {
  const clock = new FakeClock()
  const passwords = { cost: 10, hash: async () => 'new', verify: async () => true, dummyHash: () => '' }
  const people = new People({ store: new MemoryAccountStore(), passwords, directory: 'open', clock })
  await people.addDemoAccounts()
  const tokens = new Tokens({ secret, lifetimeSeconds: 60, people, clock })
  const account = await people.logIn('alice@example.com', 'password123')
  const { token, expiresAt } = await tokens.issue(account)
  const { claims } = (await tokens.verify(token)) ?? expect.fail('a new token does not hold')
  return { clock, people, tokens, account, token, expiresAt, claims }
}

/** A token with the server's usual claims, except for the given ones. */
function forge(now: number, claims: object = {}, alg = 'HS256', key = secret): Promise<string> {
  const iat = Math.floor(now / 1000)
  const ours = { iss: 'ephemeral-chat', aud: 'ephemeral-chat-api', sub: aliceId, jti: 'x', gen: 0, iat, exp: iat + 60 }
  return new SignJWT({ ...ours, ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key))
}

it('holds until its time is over', async () => {
  const { clock, tokens, token, expiresAt, claims } = await begin()
  expect(expiresAt).toBe(clock.now() + 60_000)
  await clock.advance(59_999)
  expect([(await tokens.verify(token))?.account.id, await tokens.isLive(claims)]).toEqual([aliceId, true])
  await clock.advance(1)
  expect([await tokens.verify(token), await tokens.isLive(claims)]).toEqual([null, false])
})

it('ends at once when the password changes, and when the person logs out everywhere', async () => {
  for (const end of ['password', 'everywhere'] as const) {
    const { people, tokens, token, claims } = await begin()
    if (end === 'password') await people.changePassword(aliceId, 'password123', 'another password')
    else await people.endSessionsEverywhere(aliceId)
    expect([await tokens.verify(token), await tokens.isLive(claims)]).toEqual([null, false])
  }
})

it('ends when the account is removed', async () => {
  const { people, tokens, token } = await begin()
  await people.remove(aliceId, 'password123')
  expect(await tokens.verify(token)).toBe(null)
})

it('takes no token of another issuer, audience, algorithm, key or shape', async () => {
  const { clock, tokens, token } = await begin()
  const now = clock.now()
  expect(await tokens.verify(await forge(now))).not.toBe(null)
  const unsigned = new UnsecuredJWT({ gen: 0 }).setSubject(aliceId).setIssuer('ephemeral-chat').encode()
  const bad = [
    await forge(now, { iss: 'other' }),
    await forge(now, { aud: 'other' }),
    await forge(now, {}, 'HS512'),
    await forge(now, {}, 'HS256', 'another secret of thirty-two characters'),
    await forge(now, { jti: undefined }),
    await forge(now, { exp: undefined }),
    await forge(now, { gen: '0' }),
    await forge(now, { gen: 1 }),
    await forge(now, { sub: 'nobody' }),
    unsigned,
    token.slice(0, -2),
    '',
    'x.y.z',
  ]
  for (const each of bad) expect(await tokens.verify(each), each).toBe(null)
})

it('reads a token off the header alone', () => {
  expect([bearerOf('Bearer abc.d_e-f'), bearerOf('bearer abc')]).toEqual(['abc.d_e-f', 'abc'])
  expect(bearerOf('Bearer what the operator chose, with spaces')).toBe('what the operator chose, with spaces')
  expect([bearerOf('Basic abc'), bearerOf('Bearer'), bearerOf('')]).toEqual(['', '', ''])
  expect(bearerOf(undefined)).toBe(null)
})

it('says what it is for, by the wall clock, and is another each time', async () => {
  const { clock, tokens, account } = await begin()
  clock.jump(999)
  clock.apartMs = 3_600_000
  const [one, two] = [await tokens.issue(account), await tokens.issue(account)]
  const issuedAt = Math.floor((clock.now() + 3_600_000) / 1000)
  expect(decodeJwt(one.token)).toEqual({
    iss: 'ephemeral-chat',
    aud: 'ephemeral-chat-api',
    sub: aliceId,
    gen: 0,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    iat: issuedAt,
    exp: issuedAt + 60,
  })
  expect(one.expiresAt).toBe((issuedAt + 60) * 1000)
  expect(decodeJwt(one.token).jti).not.toBe(decodeJwt(two.token).jti)
  expect((await tokens.verify(one.token))?.claims).toEqual({ userId: aliceId, generation: 0, expiresAt: one.expiresAt })
})

it('looks signed when it has three parts and names an algorithm, whoever signed it', async () => {
  const { clock, token } = await begin()
  expect([looksSigned(token), looksSigned(await forge(clock.now(), { iss: 'other' }, 'HS512'))]).toEqual([true, true])
  const headOf = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')
  for (const text of [
    '',
    'abc',
    'a.b.c',
    `${token}.x`,
    token.split('.').slice(0, 2).join('.'),
    `${headOf({ typ: 'JWT' })}.b.c`,
  ]) {
    expect(looksSigned(text), text).toBe(false)
  }
})
