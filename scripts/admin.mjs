/** Talks to the running server as its operator: npm run admin -- COMMAND [NAME [EMAIL]]. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endWith, printable, Refusal } from './command.mjs'
import { call, ownOrigin } from './operator-door.mjs'
import { root } from './process.mjs'

const usage = `Usage: npm run admin -- COMMAND
  list                  the accounts
  health                whether the server has what it needs, and what of Redis should be set otherwise
  check                 which conditions of the promises hold on this machine: core dumps, swap, https and others
  add NAME EMAIL        an account, and a link, good once and for an hour, by which NAME sets its password
  reset-password NAME   a link, good once and for an hour, by which NAME sets a new password
  disable NAME          logs NAME out and lets nobody log in as NAME
  enable NAME           takes that back
  delete NAME           deletes the account of NAME and its chats, at once and for good
  invite                a link with which one person can create an account, within 7 days
  push-keys             a new pair of keys for push, as lines of .env
But for push-keys, the server must run, with the same OPERATOR_TOKEN in its settings as here (environment or .env).`

async function list() {
  const { accounts } = await call('GET', '/operator/accounts', {
    isRight: answer => isListOf(answer.accounts, 'username'),
  })
  if (accounts.length === 0) console.log('There are no accounts.')
  for (const { username, email, createdAt, isDisabled, isDemo } of accounts) {
    const since = isDemo ? 'demo account' : `since ${String(createdAt).slice(0, 10)}`
    console.log([username, email, since, ...(isDisabled ? ['disabled'] : [])].map(printable).join('\t'))
  }
}

const isLink = ({ link }) => URL.canParse(link)
const isAccount = ({ account }) => typeof account?.username === 'string'
const isListOf = (list, key) => Array.isArray(list) && list.every(each => typeof each?.[key] === 'string')

function at(name, action, isRight) {
  // In a path the first would name something else, and the others are too long for one.
  if (/^\.{0,2}$/.test(name) || name.length > 100) throw new Refusal(`Nobody is called "${name}".`)
  return call('POST', `/operator/accounts/${encodeURIComponent(name)}/${action}`, { name, isRight })
}

async function health() {
  const isRight = answer => typeof answer.status === 'string' && Array.isArray(answer.warnings)
  const { status, warnings } = await call('GET', '/operator/health', { isRight })
  console.log(printable(status))
  for (const warning of warnings) console.log(`${printable(warning)}.`)
}

/** Ends with 1 if a condition does not hold. */
async function check() {
  const isRight = answer => isListOf(answer.conditions, 'says') && answer.conditions.length > 0
  const { conditions } = await call('GET', '/operator/check', { isRight })
  const word = holds => (holds === null ? '' : holds ? 'holds: ' : 'DOES NOT HOLD: ')
  for (const { holds, says } of conditions) console.log(`${word(holds)}${printable(says)}.`)
  if (conditions.some(({ holds }) => holds === false)) process.exitCode = 1
}

/** Prints a link, and beside it, so that a program gets the link alone, what it is for and how long it works. */
function hand({ link }, what) {
  console.error(`${what}, and no more after a restart of a server without Redis:`)
  console.log(printable(link))
  if (new URL(link).origin === ownOrigin())
    console.error('The link is for this machine alone: set PUBLIC_URL to the address that people have for the server.')
}

const commands = {
  list,
  health,
  check,
  async invite() {
    hand(
      await call('POST', '/operator/invites', { isRight: isLink }),
      'One person can create an account by this link, once, within 7 days',
    )
  },
  async 'push-keys'() {
    const { default: webPush } = await import('web-push')
    const { publicKey, privateKey } = webPush.generateVAPIDKeys()
    console.log(`VAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}`)
  },
  async add(username, email) {
    const input = { username, email }
    const made = await call('POST', '/operator/accounts', { name: username, input, isRight: isLink })
    hand(made, `By this link ${username} sets their password, and then logs in. It works once, within an hour`)
  },
  async 'reset-password'(name) {
    hand(
      await at(name, 'reset-password', isLink),
      `By this link ${name} sets a new password. It works once, within an hour`,
    )
  },
  async disable(name) {
    await at(name, 'disable', isAccount)
    console.log(`${name} is logged out and cannot log in.`)
  },
  async enable(name) {
    await at(name, 'enable', isAccount)
    console.log(`${name} can log in again.`)
  },
  async delete(name) {
    // This chat answers with nothing.
    await at(name, 'delete', () => false)
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
  endWith(error)
}
