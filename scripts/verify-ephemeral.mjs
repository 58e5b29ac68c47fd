/**
 * Checks that nothing of a message is left: npm run verify-ephemeral [-- URL]. Texts, a description and a picture live and end, on
 * servers that it starts, or at URL; then it looks wherever something of them could be.
 */
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { call, Refusal } from './operator-door.mjs'
import { releaseSignals, root } from './process.mjs'
import { build, install, installedRedisServer } from './setup.mjs'

const usage = `Usage: npm run verify-ephemeral -- [--short]
       npm run verify-ephemeral -- URL [--operator URL] [--pid PID] [--log FILE] [--short]
  URL             a running server, where people reach it; it takes OPERATOR_TOKEN (environment or .env), and makes two
                  accounts that are deleted at the end
  --operator URL  where its operator reaches it, if a proxy is in front: http://127.0.0.1:3000, say
  --pid PID       its process, on this machine: its memory and its files are searched as well
  --log FILE      what its log is written to
  --short         shorter lives on its own servers, and a shorter look at raw memory`

/** How long messages live on its own servers, and for how long after their end raw memory is looked at, ms. */
const usual = { lifeMs: 20_000, memoryWatchMs: 60_000 }
const short = { lifeMs: 12_000, memoryWatchMs: 10_000 }

const isAddress = text => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

function readArguments() {
  const text = { type: 'string' }
  const options = { short: { type: 'boolean' }, operator: text, pid: text, log: text }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [url, ...more] = positionals
    const { operator, pid, log } = values
    const isRight =
      more.length === 0 &&
      [url, operator].every(each => each === undefined || isAddress(each)) &&
      (url !== undefined || [operator, pid, log].every(each => each === undefined)) &&
      /^[1-9]\d*$/.test(pid ?? '1')
    if (isRight) return { ...values, url }
  } catch (error) {
    console.error(error.message)
  }
  console.error(usage)
  process.exit(2)
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

async function verifyRunning(given) {
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
  findOnThisMachine(given)
  const { url, operator = url, pid, log } = given
  const { origin } = new URL(operator)
  const ask = async (path, options) => {
    try {
      return await call('POST', path, { ...options, origin })
    } catch (error) {
      if (error.code !== 'no_operator') throw error
      throw new Refusal(
        `No operator is answered at ${origin}: the server runs without OPERATOR_TOKEN, or a proxy in front keeps that from the internet. Then name the server's own address with --operator.`,
      )
    }
  }
  // The accounts are deleted before it ends; pressed again, Ctrl+C ends it at once.
  const stopping = new AbortController()
  releaseSignals()
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stopping.abort(new Refusal('Stopped.', 'stopped')))
  const { verifyRunningServer } = await load('remains/running-server')
  return verifyRunningServer({
    url: new URL(url).origin,
    operator: {
      add: async (username, email) =>
        (await ask('/operator/accounts', { name: username, input: { username, email } })).link,
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
  return verifyOwnServers({ ...(isShort ? short : usual), hasRedis: installedRedisServer() !== undefined })
}

/** Says what went wrong, in sentences for the operator where it is no fault of this program. Gives the exit code. */
function report(error) {
  if (error.name === 'AccountsStay') {
    console.error(error.message)
    return report(error.cause)
  }
  const isShort = error.name === 'ShortLives'
  const ofShort = `What was sent ended before it was looked for everywhere (${error.message}). Try again when this machine has less to do; if MESSAGE_TTL_MAX_MS of that server is under 60000, raise it.`
  console.error(isShort ? ofShort : error instanceof Refusal ? error.message : error)
  return error.code === 'stopped' ? 130 : 1
}

try {
  const given = readArguments()
  await install()
  await build()
  const findings = await (given.url ? verifyRunning(given) : verifyOwn(given))
  for (const { line } of findings) console.log(line)
  const count = isKept => findings.filter(finding => finding.isKept === isKept).length
  console.log(`\n${count(true)} passed, ${count(false)} failed`)
  process.exit(count(false) > 0 || count(true) === 0 ? 1 : 0)
} catch (error) {
  process.exit(report(error))
}
