/**
 * Checks that nothing of a message is left: npm run verify-ephemeral [-- URL]. Texts, a description and a picture live and end, on
 * servers that it starts, or at URL; then it looks wherever something of them could be.
 */
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { endWith, Refusal, readCall } from './command.mjs'
import { call } from './operator-door.mjs'
import { endingSignals, releaseSignals, root } from './process.mjs'
import { build, install, installedRedisServer } from './setup.mjs'

const usage = `Usage: npm run verify-ephemeral -- [--short]
       npm run verify-ephemeral -- URL [--operator URL] [--pid PID] [--log FILE] [--short]
  URL             a running server, where people reach it; it takes OPERATOR_TOKEN (environment or .env), and makes two
                  accounts that are deleted at the end
  --operator URL  where its operator reaches it, if a proxy is in front: http://127.0.0.1:3000, say
  --pid PID       its process, on this machine: its memory and its files are searched as well
  --log FILE      what its log is written to
  --short         shorter lives on its own servers, and a shorter look at raw memory
On its own servers it takes up to two minutes (--short: half a minute), on a running one two to three (--short: one and a half). It ends
with 1 if something was left that should not be, or if it could not check.`

/** How long messages live on its own servers, and for how long after their end raw memory is looked at, ms. */
const usual = { lifeMs: 20_000, memoryWatchMs: 60_000 }
const short = { lifeMs: 12_000, memoryWatchMs: 10_000 }
/** How long a server may take to answer at all, ms. */
const patienceMs = 10_000

const isAddress = text => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

function findFault({ operator, pid, log }, [url]) {
  const [strange] = [url, operator].filter(each => each !== undefined && !isAddress(each))
  if (strange !== undefined) return `"${strange}" is no address: it begins with http:// or https://.`
  if (url === undefined && [operator, pid, log].some(each => each !== undefined))
    return '--operator, --pid and --log are about a running server: name its URL too.'
  if (!/^[1-9]\d*$/.test(pid ?? '1')) return `--pid takes the number of a process, and "${pid}" is none.`
}

function readArguments() {
  const text = { type: 'string' }
  const options = { short: { type: 'boolean' }, operator: text, pid: text, log: text }
  const { values, words } = readCall(usage, options, { mostWords: 1, findFault })
  return { ...values, url: words[0] }
}

/** Only after the set-up, which installs what it needs. */
async function load(program) {
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  return importBundled(program)
}

/** Refuses what is mistyped before anything is made. */
function findOnThisMachine({ pid, log }) {
  try {
    if (log !== undefined) accessSync(log, constants.R_OK)
  } catch (error) {
    throw new Refusal(`The log ${log} cannot be read (${error.code}).`)
  }
  try {
    if (pid !== undefined) process.kill(Number(pid), 0)
  } catch (error) {
    if (error.code === 'ESRCH') throw new Refusal(`No process has the number ${pid}.`)
  }
}

/** Refuses an address at which people reach no server. */
async function reach(origin) {
  try {
    await fetch(new URL('/health', origin), { signal: AbortSignal.timeout(patienceMs) })
  } catch ({ name, cause }) {
    const why = name === 'TimeoutError' ? `not for ${patienceMs / 1000} seconds` : (cause?.code ?? cause?.message)
    throw new Refusal(`No server answers at ${origin} (${why}): check the URL.`)
  }
}

async function verifyRunning(given) {
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
  findOnThisMachine(given)
  const { url, operator = url, pid, log } = given
  const { origin } = new URL(operator)
  await reach(new URL(url).origin)
  const ask = async (path, options) => {
    try {
      return await call('POST', path, { ...options, origin })
    } catch (error) {
      const check = `check ${given.operator === undefined ? 'the URL' : '--operator'}.`
      if (error.code === 'no_server') throw new Refusal(`No server answers at ${origin}: ${check}`)
      if (error.code === 'no_chat') throw new Refusal(`What answers at ${origin} is not this chat: ${check}`)
      if (error.code !== 'no_operator') throw error
      throw new Refusal(
        `No operator is answered at ${origin}: the server runs without OPERATOR_TOKEN, or a proxy in front keeps that from the internet. Then name the server's own address with --operator.`,
      )
    }
  }
  // The accounts are deleted before it ends; pressed again, Ctrl+C ends it at once.
  const stopping = new AbortController()
  releaseSignals()
  for (const name of endingSignals) process.once(name, () => stopping.abort(new Refusal('Stopped.', 'stopped')))
  const { verifyRunningServer } = await load('remains/running-server')
  console.log(
    `Two accounts chat on ${new URL(url).origin}, and are deleted at the end. This takes ${given.short ? 'one and a half minutes' : 'two to three minutes'} or more.`,
  )
  return verifyRunningServer({
    url: new URL(url).origin,
    operator: {
      add: async (username, email) =>
        (
          await ask('/operator/accounts', {
            name: username,
            input: { username, email },
            isRight: ({ link }) => URL.canParse(link),
          })
        ).link,
      remove: name => ask(`/operator/accounts/${encodeURIComponent(name)}/delete`, { name }),
    },
    pid: pid ? Number(pid) : null,
    logFile: log ?? null,
    memoryWatchMs: (given.short ? short : usual).memoryWatchMs,
    signal: stopping.signal,
  })
}

async function verifyOwn({ short: isShort }) {
  const { verifyOwnServers } = await load('remains/verification')
  console.log(
    `Starts servers, has messages live and end there, and looks for them. This takes ${isShort ? 'half a minute' : 'up to two minutes'} or more.`,
  )
  return verifyOwnServers({ ...(isShort ? short : usual), hasRedis: installedRedisServer() !== undefined })
}

/** Says what went wrong, in sentences for the operator where it is no fault of this program, and ends. */
function report(error) {
  if (error.name === 'AccountsStay') {
    console.error(error.message)
    return report(error.cause)
  }
  if (error.code === 'stopped') {
    console.error(error.message)
    return process.exit(130)
  }
  if (error.name !== 'ShortLives') return endWith(error)
  const why = `What was sent ended before it was looked for everywhere (${error.message}). Try again when this machine has less to do; if MESSAGE_TTL_MAX_MS of that server is under 60000, raise it.`
  return endWith(new Refusal(why))
}

/** What the numbers of the last line leave out. */
function sayUncounted(findings) {
  const open = findings.filter(({ isKept }) => isKept === null)
  const notChecked = open.filter(({ isChecked }) => !isChecked).length
  const parts = [
    ...(notChecked > 0 ? [`${notChecked} not checked, as they say above`] : []),
    ...(open.length > notChecked ? ['raw memory, of which nothing is promised'] : []),
  ]
  return parts.length > 0 ? `Counted as neither: ${parts.join('; ')}` : ''
}

try {
  const given = readArguments()
  await install()
  await build()
  const findings = await (given.url ? verifyRunning(given) : verifyOwn(given))
  for (const { line } of findings) console.log(line)
  const count = isKept => findings.filter(finding => finding.isKept === isKept).length
  console.log(`\n${sayUncounted(findings)}`.trimEnd())
  console.log(`${count(true)} passed, ${count(false)} failed`)
  process.exit(count(false) > 0 || count(true) === 0 ? 1 : 0)
} catch (error) {
  report(error)
}
