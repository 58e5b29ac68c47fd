/** Talks to the running server as its operator: npm run admin -- COMMAND [NAME [EMAIL]]. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'

const usage = `Usage: npm run admin -- COMMAND
  list                  the accounts
  health                whether the server has what it needs, and what of it should be set otherwise
  add NAME EMAIL        an account, and a link, good once and for an hour, by which NAME sets its password
  reset-password NAME   a link, good once and for an hour, by which NAME sets a new password
  disable NAME          logs NAME out and lets nobody log in as NAME
  enable NAME           takes that back
  delete NAME           deletes the account of NAME and its chats, at once and for good
  invite                a link with which one person can create an account, within 7 days
  push-keys             a new pair of keys for push, as lines of .env
But for push-keys, the server must run, with the same OPERATOR_TOKEN in its settings as here (environment or .env).`

class Refusal extends Error {}

async function ask(method, path, input) {
  const { OPERATOR_TOKEN: token, PORT: port = '3000', HOST: host = '127.0.0.1' } = process.env
  if (!token)
    throw new Refusal('Set OPERATOR_TOKEN, here and for the server, to the same secret of 32 characters or more.')
  const reached = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '::1' : host
  const url = new URL(`http://${reached.includes(':') ? `[${reached}]` : reached}:${port || 3000}`)
  try {
    const headers = { authorization: `Bearer ${token}`, ...(input && { 'content-type': 'application/json' }) }
    return await fetch(new URL(path, url), { method, headers, body: input && JSON.stringify(input) })
  } catch {
    throw new Refusal(`No server answers at ${url.origin}: start it, or set PORT and HOST as it has them.`)
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

/** Sends a request and returns the answer. Refusals become sentences. */
async function call(method, path, name, input) {
  const response = await ask(method, path, input)
  if (response.ok) return response.status === 204 ? {} : response.json()
  const isOurs = response.headers.get('content-type')?.includes('problem+json')
  const { code, errors } = isOurs ? await response.json() : {}
  const sentences = {
    unauthenticated: 'The server has another OPERATOR_TOKEN than the one here.',
    not_found: `Nobody is called ${name}.`,
    conflict: 'There are no invites: the server has REGISTRATION other than invite.',
    rate_limited: `Too many wrong tokens. Try again in ${response.headers.get('retry-after')} seconds.`,
    invalid: errors && explain(errors),
    server_busy: 'The server is too busy for that right now. Try again.',
    storage_failed: "The server couldn't save this, so nothing has changed. Its log says why.",
  }
  if (!isOurs && response.status === 404)
    throw new Refusal('The server runs without OPERATOR_TOKEN: set it and restart it.')
  throw new Refusal(sentences[code] ?? `The server answered ${response.status}.`)
}

async function list() {
  const { accounts } = await call('GET', '/operator/accounts')
  if (accounts.length === 0) console.log('There are no accounts.')
  for (const { username, email, createdAt, isDisabled } of accounts) {
    console.log([username, email, `since ${createdAt.slice(0, 10)}`, ...(isDisabled ? ['disabled'] : [])].join('\t'))
  }
}

const at = (name, action) => call('POST', `/operator/accounts/${encodeURIComponent(name)}/${action}`, name)

async function health() {
  const { status, warnings } = await call('GET', '/operator/health')
  console.log(status)
  for (const warning of warnings) console.log(`${warning}.`)
}

const commands = {
  list,
  health,
  async invite() {
    console.log((await call('POST', '/operator/invites')).link)
  },
  async 'push-keys'() {
    const { default: webPush } = await import('web-push')
    const { publicKey, privateKey } = webPush.generateVAPIDKeys()
    console.log(`VAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}`)
  },
  async add(username, email) {
    console.log((await call('POST', '/operator/accounts', username, { username, email })).link)
  },
  async 'reset-password'(name) {
    console.log((await at(name, 'reset-password')).link)
  },
  async disable(name) {
    await at(name, 'disable')
    console.log(`${name} is logged out and cannot log in.`)
  },
  async enable(name) {
    await at(name, 'enable')
    console.log(`${name} can log in again.`)
  },
  async delete(name) {
    await at(name, 'delete')
    console.log(`The account of ${name} is deleted.`)
  },
}

const [, , command = '', ...args] = process.argv
if (!Object.hasOwn(commands, command) || commands[command].length !== args.length) {
  console.error(usage)
  process.exit(2)
}
if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
try {
  await commands[command](...args)
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  console.error(error.message)
  process.exit(1)
}
