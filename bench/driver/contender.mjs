/** Starts a server in its own process, and reads what it costs from the operating system. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeEnvironment, nodeFlags, nodeFlagsOverRedis } from '../../scripts/node-flags.mjs'
import { spawnServer } from '../../scripts/own-server.mjs'
import { root } from '../../scripts/process.mjs'

const hasProc = existsSync('/proc/self/stat')
/** What Linux calls a clock tick, on every architecture that Node runs on. Source: proc_pid_stat(5) and sysconf(3). */
const ticksASecond = 100

/** Settings that put limits out of the way of a measurement. */
const limitsAway = {
  ROOM_MAX_MESSAGES: '1000000',
  MAX_MESSAGE_MEMORY_MB: '4096',
  MAX_CONNECTIONS_PER_USER: '1000000',
  RATE_LIMIT_UPLOADS: '1000000',
  ...Object.fromEntries(
    ['API', 'AUTH', 'AUTH_ADDRESS', 'FRAMES', 'MESSAGES', 'REQUESTS', 'REACHING'].map(name => [
      `RATE_LIMIT_${name}`,
      '1000000',
    ]),
  ),
}

/** Processor time that a process and its threads have used, in ms. */
function processorMs(pid) {
  if (!hasProc) {
    const [seconds, minutes = 0, hours = 0] = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(':')
      .reverse()
      .map(Number)
    return 1000 * (seconds + 60 * (minutes + 60 * hours))
  }
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name may hold spaces; behind it come state (field 3) and the rest. utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksASecond
}

/** Memory that a process holds, in bytes. */
function residentBytes(pid) {
  if (!hasProc) return 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** A server under measurement. */
export class Contender {
  /** How long it took from its start until it said where it serves, in ms. */
  startMs = 0
  url = new URL('http://localhost')
  #child
  #folder

  constructor(child, folder) {
    this.#child = child
    this.#folder = folder
  }

  /** Processor time so far, in ms: of the process, with its threads. */
  get processorMs() {
    return processorMs(this.#child.pid)
  }

  /** Memory now, in bytes, without asking the process to collect its garbage. */
  get residentBytes() {
    return residentBytes(this.#child.pid)
  }

  /** Memory in bytes once the process has collected its garbage: `heap` with what buffers hold, and `resident`. */
  async memory() {
    this.#child.send('collect')
    const [{ heapUsed, external }] = await once(this.#child, 'message')
    return { heap: heapUsed + external, resident: this.residentBytes }
  }

  async stop() {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await closed
    clearTimeout(timer)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Starts a program in a folder of its own. With BENCH_PROFILE, a folder, it writes its processor profile there when it ends. */
async function start(program, flags, env) {
  const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-bench-'))
  const from = performance.now()
  const reporter = join(root, 'bench', 'driver', 'memory-reporter.mjs')
  const profile = process.env.BENCH_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : []
  const child = spawnServer({
    program,
    folder,
    flags: [...flags, ...profile, '--expose-gc', '--import', reporter],
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  // A program that fails must leave no server behind.
  process.once('exit', () => child.kill('SIGKILL'))
  const contender = new Contender(child, folder)
  let output = ''
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    output += piece
    if (/serves \S+\n/.test(output)) break
  }
  const [, url] = /serves (\S+)/.exec(output) ?? []
  if (!url) throw new Error(`${program} ended before it served`)
  child.stdout.resume()
  contender.startMs = performance.now() - from
  contender.url = new URL(url)
  return contender
}

/**
 * Starts the product as `npm start` does, or over Redis as Compose does, with limits out of the way. BENCH_FLAGS replaces the flags
 * of node.
 * @param {Record<string, string>} [env] further settings
 */
export function startProduct(env = {}) {
  const settings = { NODE_ENV: 'test', PORT: '0', LOG_LEVEL: 'warn', BCRYPT_COST: '4', DEMO_USERS: 'false' }
  const shipped = env.REDIS_URL === undefined ? nodeFlags : nodeFlagsOverRedis
  const flags = process.env.BENCH_FLAGS?.split(' ').filter(Boolean) ?? shipped
  return start('dist/main.js', flags, { ...nodeEnvironment, ...settings, ...limitsAway, ...env })
}

/**
 * Starts a server of bench/peers/ as anyone would: with `node` and no flags.
 * @param {string} name of its file
 * @param {Record<string, string>} [env] its settings
 */
export function startPeer(name, env = {}) {
  return start(`bench/peers/${name}.mjs`, [], env)
}
