import { SignJWT } from 'jose'
import { aliceId } from '../http-client.js'

/** The secret of the server under test, with which tests make tokens that the server itself would make. */
export const jwtSecret = 'kept by the server that is under test, 4711'

/** Makes a token for Alice as the server does, but expired or signed by another server. */
function forgeToken({ secret = jwtSecret, ageSeconds = 0 } = {}): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000) - ageSeconds
  return new SignJWT({ gen: 0 })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(aliceId)
    .setIssuer('ephemeral-chat')
    .setAudience('ephemeral-chat-api')
    .setJti(crypto.randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 3600)
    .sign(new TextEncoder().encode(secret))
}

/** A request that must be refused, and the status that refuses it. */
export interface Intruder {
  readonly token: string | null
  readonly headers: Record<string, string>
  readonly status: 401 | 403 | 404
}

/** Every kind of request that must be refused. `own` is a valid token of somebody who is not in the room. */
export async function intruders(alice: string, own: string): Promise<Record<string, Intruder>> {
  const headers = {}
  const foreign = { origin: 'https://evil.example' }
  return {
    'no token': { token: null, headers, status: 401 },
    'an expired token': { token: await forgeToken({ ageSeconds: 7200 }), headers, status: 401 },
    'a token of another server': { token: await forgeToken({ secret: `${jwtSecret}2` }), headers, status: 401 },
    'another’s token with one’s own name': { token: swapClaims(own, alice), headers, status: 401 },
    'a stranger to the room': { token: own, headers, status: 404 },
    'a foreign Origin': { token: alice, headers: foreign, status: 403 },
  }
}

/** The claims of one token under the signature of another. */
function swapClaims(signed: string, claimed: string): string {
  const [header, , signature] = signed.split('.')
  return [header, claimed.split('.')[1], signature].join('.')
}

/** Fills a schema of the description with `values` by field name: an input that would do something if it were accepted. */
export function temptingInput(schema: unknown, values: Record<string, unknown>): Record<string, unknown> {
  const properties: Record<string, unknown> = Object(Object(schema).properties)
  const entries = Object.entries(properties).map(([name, property]) => {
    const { enum: words, const: word } = Object(property)
    return [name, word ?? words?.at(-1) ?? values[name]]
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
