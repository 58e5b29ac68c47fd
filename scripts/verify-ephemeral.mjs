/**
 * Checks that nothing of a message is left: npm run verify-ephemeral [-- URL]. Texts, a description and a picture live and end, on
 * servers that it starts, or at URL; then it looks wherever something of them could be.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { call, Refusal } from './operator-door.mjs'
import { root } from './process.mjs'
import { build, install, installedRedisServer } from './setup.mjs'

const usage = `Usage: npm run verify-ephemeral -- [--short] or URL [--pid PID] [--log FILE]
  --short     shorter lives
  URL         a running server; it takes OPERATOR_TOKEN (environment or .env), and two accounts that are deleted at the end
  --pid PID   its process, on this machine: its memory and its files are searched as well
  --log FILE  what its log is written to`

/** Long enough for a busy machine; the short one for a test. */
const lives = { usual: 20_000, short: 15_000 }

function readArguments() {
  const options = { short: { type: 'boolean' }, pid: { type: 'string' }, log: { type: 'string' } }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [url, ...more] = positionals
    const isWrong = more.length > 0 || (url !== undefined && !URL.canParse(url)) || !/^\d*$/.test(values.pid ?? '')
    if (!isWrong) return { ...values, url }
  } catch (error) {
    console.error(error.message)
  }
  console.error(usage)
  process.exit(2)
}

/** The form by which one person may register. */
async function invite(origin) {
  try {
    const { link } = await call('POST', '/operator/invites', { origin })
    return new URL(link).pathname + new URL(link).search
  } catch (error) {
    if (error instanceof Refusal && error.code === 'conflict') return '/register'
    throw error
  }
}

/** Only after the set-up, which installs what it needs. */
async function load(program) {
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  return importBundled(program)
}

async function verifyRunning({ url, pid, log }) {
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
  const { origin } = new URL(url)
  const { verifyRunningServer } = await load('remains/running-server')
  try {
    return await verifyRunningServer({
      url: origin,
      invite: () => invite(origin),
      remove: name => call('POST', `/operator/accounts/${encodeURIComponent(name)}/delete`, { name, origin }),
      pid: pid ? Number(pid) : null,
      logFile: log ?? null,
      env: process.env,
    })
  } catch (error) {
    const sentences = {
      NobodyRegisters:
        'Two accounts are needed for a while, but nobody can register there: set REGISTRATION=invite and restart the server.',
      LongLives:
        'The messages of that server live too long to wait for: set MESSAGE_TTL_MAX_MS to 60000 or more, so that a chat may choose a minute.',
    }
    throw sentences[error.name] ? new Refusal(sentences[error.name]) : error
  }
}

async function verifyOwn({ short }) {
  const { verifyOwnServers } = await load('remains/verification')
  const lifeMs = short ? lives.short : lives.usual
  return verifyOwnServers({ lifeMs, hasRedis: installedRedisServer() !== undefined })
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
  console.error(error instanceof Refusal ? error.message : error)
  process.exit(1)
}
