/** Speaks to a running server as its operator. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { printable, Refusal } from './command.mjs'
import { root } from './process.mjs'

/** How long a server may take to answer, ms; for a change longer, as it writes many accounts once a minute at the least. */
const patienceMs = 10_000
const patienceForChangesMs = 90_000

/** Where the server of these settings answers on this machine. @throws Refusal */
export function ownOrigin({ PORT: port = '3000', HOST: host = '127.0.0.1' } = process.env) {
  const reached = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '::1' : host
  const address = `http://${reached.includes(':') ? `[${reached}]` : reached}:${port || 3000}`
  if (!URL.canParse(address))
    throw new Refusal(`PORT "${port}" and HOST "${host}" make no address: set them as the server has them.`)
  return new URL(address).origin
}

async function ask(method, path, { origin, input, waitMs }) {
  const { OPERATOR_TOKEN: token } = process.env
  if (!token)
    throw new Refusal('Set OPERATOR_TOKEN, here and for the server, to the same secret of 32 characters or more.')
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Refusal(
      'OPERATOR_TOKEN holds a space, a line break or a letter beyond ASCII, which no request can carry.',
    )
  const headers = { authorization: `Bearer ${token}`, ...(input && { 'content-type': 'application/json' }) }
  const body = input && JSON.stringify(input)
  try {
    const signal = AbortSignal.timeout(waitMs)
    const response = await fetch(new URL(path, origin), { method, headers, body, signal, redirect: 'manual' })
    // Read here: an answer may stop half-way too.
    return { response, text: await response.text() }
  } catch (error) {
    if (error.name === 'TimeoutError')
      throw new Refusal(`The server at ${origin} has not answered for ${waitMs / 1000} seconds.`, 'no_answer')
    throw new Refusal(`No server answers at ${origin}: start it, or set PORT and HOST as it has them.`, 'no_server')
  }
}

/** What JSON says; null where it is none, or no object. */
function parse(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** What is wrong with the name and the e-mail of a new account, in the words of the form for it. */
function explain(errors) {
  const sentences = JSON.parse(readFileSync(join(root, 'locales', 'en.json'), 'utf8'))
  // There it says that one can log in instead.
  sentences['field.email_taken'] = 'This email address already has an account.'
  return Object.values(errors)
    .map(key => sentences[`field.${key}`] ?? printable(key))
    .join('\n')
}

/**
 * Sends a request with OPERATOR_TOKEN and returns the answer. Refusals become sentences.
 * @param {string} method
 * @param {string} path
 * @param {object} options
 * @param {string} [options.name] whom it is about
 * @param {object} [options.input] what is sent
 * @param {string} [options.origin] where the server is
 * @param {number} [options.waitMs] for how long an answer is waited for
 * @param {(answer: any) => boolean} [options.isRight] whether an answer is what this chat gives
 * @throws Refusal with the code of the server, or with no_server, no_answer, no_operator or no_chat
 */
export async function call(
  method,
  path,
  {
    name,
    input,
    origin = ownOrigin(),
    waitMs = method === 'GET' ? patienceMs : patienceForChangesMs,
    isRight = () => true,
  } = {},
) {
  const { response, text } = await ask(method, path, { origin, input, waitMs })
  const noChat = () =>
    new Refusal(`What answers at ${origin} is not this chat: set PORT and HOST as the server has them.`, 'no_chat')
  // Every answer of this chat has an id.
  if (response.status === 204 && response.headers.has('x-request-id')) return {}
  const answer = parse(text)
  if (response.ok) {
    if (answer === null || !isRight(answer)) throw noChat()
    return answer
  }
  const isOurs = response.headers.get('content-type')?.includes('problem+json') && answer !== null
  if (!isOurs && response.status === 404)
    throw new Refusal(
      `No operator is answered at ${origin}: the server runs without OPERATOR_TOKEN, so set it and restart the server; or this is not the server.`,
      'no_operator',
    )
  if (!isOurs) throw noChat()
  const { code, errors } = answer
  const sentences = {
    unauthenticated: 'The server has another OPERATOR_TOKEN than the one here.',
    not_found: `Nobody is called ${printable(name)}.`,
    conflict: 'Invites need REGISTRATION=invite. To make an account yourself, use add.',
    rate_limited: `Too many wrong tokens. Try again in ${response.headers.get('retry-after')} seconds.`,
    invalid: errors && explain(errors),
    payload_too_large: 'The name and the e-mail address are too long.',
    server_busy: 'The server is too busy for that right now. Try again.',
    storage_failed: "The server couldn't save this, so nothing has changed. Its log says why.",
  }
  throw new Refusal(
    Object.hasOwn(sentences, code) && sentences[code] ? sentences[code] : `The server answered ${response.status}.`,
    code,
  )
}
