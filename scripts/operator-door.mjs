/** Speaks to a running server as its operator. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from './command.mjs'
import { root } from './process.mjs'

/** Where the server of these settings answers on this machine. */
export function ownOrigin({ PORT: port = '3000', HOST: host = '127.0.0.1' } = process.env) {
  const reached = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '::1' : host
  return new URL(`http://${reached.includes(':') ? `[${reached}]` : reached}:${port || 3000}`).origin
}

async function ask(method, path, origin, input) {
  const { OPERATOR_TOKEN: token } = process.env
  if (!token)
    throw new Refusal('Set OPERATOR_TOKEN, here and for the server, to the same secret of 32 characters or more.')
  try {
    const headers = { authorization: `Bearer ${token}`, ...(input && { 'content-type': 'application/json' }) }
    return await fetch(new URL(path, origin), { method, headers, body: input && JSON.stringify(input) })
  } catch {
    throw new Refusal(`No server answers at ${origin}: start it, or set PORT and HOST as it has them.`, 'no_server')
  }
}

/** What is wrong with the name and the e-mail of a new account, in the words of the form for it. */
function explain(errors) {
  const sentences = JSON.parse(readFileSync(join(root, 'locales', 'en.json'), 'utf8'))
  // There it says that one can log in instead.
  sentences['field.email_taken'] = 'This email address already has an account.'
  return Object.values(errors)
    .map(key => sentences[`field.${key}`] ?? key)
    .join('\n')
}

/**
 * Sends a request with OPERATOR_TOKEN and returns the answer. Refusals become sentences.
 * @param {string} method
 * @param {string} path
 * @param {{ name?: string, input?: object, origin?: string }} [options] whom it is about, what is sent, and where the server is
 * @throws Refusal with the code of the server, or with no_server or no_operator
 */
export async function call(method, path, { name, input, origin = ownOrigin() } = {}) {
  const response = await ask(method, path, origin, input)
  if (response.ok) return response.status === 204 ? {} : response.json()
  const isOurs = response.headers.get('content-type')?.includes('problem+json')
  const { code, errors } = isOurs ? await response.json() : {}
  const sentences = {
    unauthenticated: 'The server has another OPERATOR_TOKEN than the one here.',
    not_found: `Nobody is called ${name}.`,
    conflict: 'Invites need REGISTRATION=invite. To make an account yourself, use add.',
    rate_limited: `Too many wrong tokens. Try again in ${response.headers.get('retry-after')} seconds.`,
    invalid: errors && explain(errors),
    server_busy: 'The server is too busy for that right now. Try again.',
    storage_failed: "The server couldn't save this, so nothing has changed. Its log says why.",
  }
  if (!isOurs && response.status === 404)
    throw new Refusal('The server runs without OPERATOR_TOKEN: set it and restart it.', 'no_operator')
  throw new Refusal(sentences[code] ?? `The server answered ${response.status}.`, code)
}
