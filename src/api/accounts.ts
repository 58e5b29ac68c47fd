import type { Request } from 'express'
import { z } from 'zod'
import type { Account } from '../accounts/account.js'
import { loginInput, registrationInput } from '../accounts/account-input.js'
import type { Visitor } from '../accounts/gate.js'
import type { Context } from '../context.js'
import { accountOf } from '../http/request.js'
import { showLimit } from './access.js'
import { type Endpoint, endpoint } from './endpoint.js'

const ownAccountSchema = z
  .object({ id: z.string(), username: z.string(), email: z.string() })
  .meta({ id: 'OwnAccount', description: 'Your own account' })

const admittedSchema = z.object({
  user: ownAccountSchema,
  token: z.string().describe('For `Authorization: Bearer`.'),
  expiresAt: z.iso.datetime().describe('When the token ends.'),
})

/** Registering, logging in and out, and the own account. */
export function accountEndpoints({ gate, people, tokens }: Pick<Context, 'gate' | 'people' | 'tokens'>): Endpoint[] {
  const visitorOf = (request: Request): Visitor => ({
    address: request.ip,
    onCounted: (limit, result) => request.res && showLimit(request.res, limit, result),
  })
  const admit = async (account: Account) => {
    const { token, expiresAt } = await tokens.issue(account)
    return { user: ownAccount(account), token, expiresAt: new Date(expiresAt).toISOString() }
  }
  return [
    endpoint({
      method: 'post',
      path: '/auth/register',
      name: 'register',
      summary: 'Create an account',
      access: 'guest',
      limit: 'none',
      unreadBody: registrationInput,
      answers: { 201: { description: 'The account, and a token for it', schema: admittedSchema } },
      refusals: [
        'invalid',
        'registration_closed',
        'invite_needed',
        'conflict',
        'rate_limited',
        'server_busy',
        'storage_failed',
      ],
      handle: async ({ request }) => ({
        status: 201,
        body: await admit(await gate.register(request.body, visitorOf(request))),
      }),
    }),
    endpoint({
      method: 'post',
      path: '/auth/login',
      name: 'logIn',
      summary: 'Log in',
      access: 'guest',
      limit: 'none',
      unreadBody: loginInput,
      answers: { 200: { description: 'Your account, and a token for it', schema: admittedSchema } },
      refusals: ['invalid', 'unauthenticated', 'account_disabled', 'rate_limited', 'server_busy'],
      handle: async ({ request }) => ({
        status: 200,
        body: await admit(await gate.logIn(request.body, visitorOf(request))),
      }),
    }),
    endpoint({
      method: 'get',
      path: '/auth/me',
      name: 'readOwnAccount',
      summary: 'Your own account',
      answers: { 200: { description: 'Your account', schema: z.object({ user: ownAccountSchema }) } },
      refusals: [],
      handle: async ({ request }) => ({ status: 200, body: { user: ownAccount(accountOf(request)) } }),
    }),
    endpoint({
      method: 'post',
      path: '/auth/logout',
      name: 'logOutEverywhere',
      summary: 'Log out everywhere: ends all tokens, sessions and sockets of your account, at once',
      answers: { 204: { description: 'You are logged out everywhere', schema: null } },
      refusals: ['storage_failed'],
      handle: async ({ request }) => {
        await people.endSessionsEverywhere(accountOf(request).id)
        return { status: 204 }
      },
    }),
  ]
}

function ownAccount({ id, username, email }: Account) {
  return { id, username, email }
}
