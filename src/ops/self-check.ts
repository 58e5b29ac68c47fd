// Long because everything that an operator may have set wrong is looked at here.
import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { type LoweredCap, type MemoryNeed, type MemoryThereIs, memoryNeeds, readMemoryThereIs } from '../fitted-caps.js'
import { isInMemory, isKeptFromSwap } from '../memory-limit.js'
import { type HealthSource, healthWarnings } from './health.js'

/** What the promises of this chat need of the machine and the settings. */
export interface Condition {
  /** Null where it cannot be found out. */
  readonly holds: boolean | null
  /** For the operator: what is so, or why it is not known. A sentence without its full stop. */
  readonly says: string
}

/** What is read of the machine. */
export interface Host {
  /** The text of a file; null where it cannot be read. */
  readonly readText: (path: string) => string | null
  /** Whether a folder lies in memory; null where the system does not tell. */
  readonly isInMemory: (folder: string) => boolean | null
  /** Whether a control group keeps this process out of swap. */
  readonly isKeptFromSwap: () => boolean
  /** The memory that this process may use. */
  readonly memoryThereIs: (config: Config) => MemoryThereIs
  /** How many bytes of it are in use. */
  readonly memoryInUse: () => number
  readonly env: Readonly<Record<string, string | undefined>>
}

const holds = (says: string): Condition => ({ holds: true, says })
const fails = (says: string): Condition => ({ holds: false, says })
const unknown = (what: string, because: string): Condition => ({
  holds: null,
  says: `${what}: not checked, because ${because}`,
})

const megabyte = 1_048_576
/** The largest value of the tunable that fills freed memory. */
const mostPerturb = 255
/** Which part of the memory may be in use: a server of which more is has no room for what comes and goes. */
const mostInUse = 0.9
const quietLevels = ['silent', 'fatal', 'error', 'warn', 'info']

/** What is checked. */
export interface Checked {
  readonly config: Config
  /** The caps that the server has lowered at its start. */
  readonly lowered: readonly LoweredCap[]
}

/** Says of each condition whether it holds now. */
export function checkConditions(checked: Checked, health: HealthSource, host = thisHost): Condition[] {
  const ofRedis = checked.config.redisUrl === null ? [] : checkRedis(health)
  return [...checkHost(checked, host), ...ofRedis]
}

/** Logs a line for each condition that does not hold; those of Redis are logged when they are found. */
export function warnOfConditions(log: Logger, checked: Checked): void {
  for (const { holds: isSo, says } of checkHost(checked, thisHost)) if (isSo === false) log.warn(says)
}

function checkHost({ config, lowered }: Checked, host: Host): Condition[] {
  const { images, redisUrl, logLevel, publicUrl, nodeEnv, demoUsers, accounts } = config
  return [
    checkCoreDumps(host),
    checkSwap(host),
    checkFreedMemory(host),
    // Pictures are in Redis where there is one.
    ...(redisUrl === null ? [checkUploads(images.uploadDir, host)] : []),
    quietLevels.includes(logLevel)
      ? holds(`LOG_LEVEL is ${logLevel}`)
      : fails(`LOG_LEVEL is ${logLevel}: the log says more of who does what when than its operator needs (info)`),
    publicUrl?.protocol === 'https:'
      ? holds('PUBLIC_URL is https')
      : fails('PUBLIC_URL is not https: whoever is between a browser and the server may read all that is sent'),
    nodeEnv === 'production'
      ? holds('NODE_ENV is production')
      : fails(`NODE_ENV is ${nodeEnv}: defaults are for trying the server out; set it to production`),
    demoUsers
      ? fails('The demo accounts exist: whoever knows their password from the README can log in; set DEMO_USERS=false')
      : holds('There are no demo accounts'),
    accounts.kind === 'memory'
      ? fails('Accounts are in memory: they are gone when the server stops; set ACCOUNTS_URL')
      : holds('Accounts outlive a restart (ACCOUNTS_URL)'),
    checkClock(host),
    checkMemory(config, lowered, host),
  ]
}

/** Source: core(5): a program that dumps are piped to gets them whatever the limit is, but systemd's heeds it. */
function checkCoreDumps({ readText }: Host): Condition {
  const pattern = readText('/proc/sys/kernel/core_pattern')?.trim()
  const [, limit] = /^Max core file size +(\S+)/m.exec(readText('/proc/self/limits') ?? '') ?? []
  if (pattern === undefined || limit === undefined) return unknown('Core dumps', 'the system does not tell')
  if (pattern === '|/bin/false') return holds('Core dumps are thrown away (kernel.core_pattern)')
  const [program = ''] = pattern.split(' ')
  const obeysLimit = !pattern.startsWith('|') || program.endsWith('/systemd-coredump')
  if (limit === '0' && obeysLimit) return holds('Core dumps are off for the server (ulimit -c)')
  const how = obeysLimit ? 'ulimit -c 0' : `kernel.core_pattern, which is ${program}`
  return fails(`Core dumps are on: messages reach a disk if the server crashes; turn them off (${how})`)
}

/** Source: proc_swaps(5) */
function checkSwap({ readText, isKeptFromSwap }: Host): Condition {
  const swaps = readText('/proc/swaps')
  if (swaps === null) return unknown('Swap', 'the system does not tell')
  // The first line is a heading. Compressed swap stays in memory.
  const onDisk = swaps
    .split('\n')
    .slice(1)
    .filter(line => line !== '' && !line.startsWith('/dev/zram'))
  if (onDisk.length === 0) return holds('There is no swap on a disk')
  if (isKeptFromSwap()) return holds('Swap is off for the server')
  const [first = ''] = onDisk.map(line => line.split(/\s/)[0])
  return fails(`Swap is on (${first}): messages may reach a disk; turn it off, at least for the server`)
}

/**
 * The tunable is a byte; 0 overwrites nothing.
 * Source: https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
function checkFreedMemory({ env, readText }: Host): Condition {
  if (process.platform !== 'linux') return unknown('Freed memory', 'only the C library of Linux can overwrite it')
  if (readText('/proc/self/maps')?.includes('/ld-musl-'))
    return fails(
      'Memory that is freed keeps what it held: musl does not overwrite it; use a Linux with the C library of GNU',
    )
  const values = [...(env.GLIBC_TUNABLES ?? '').matchAll(/(?:^|:)glibc\.malloc\.perturb=(\w+)/g)]
  const value = Number(values.at(-1)?.[1])
  if (value > 0 && value <= mostPerturb) return holds('The C library overwrites memory that is freed')
  return fails(
    'Memory that is freed keeps what it held: start the server with GLIBC_TUNABLES as npm start does (package.json)',
  )
}

function checkUploads(folder: string, { isInMemory }: Host): Condition {
  const isSo = isInMemory(folder)
  if (isSo === null) return unknown('UPLOAD_DIR', 'the system does not tell what it is on')
  if (isSo) return holds('UPLOAD_DIR is in memory')
  return fails('UPLOAD_DIR is on a disk: encrypted pictures reach it, without their keys; put it on a tmpfs')
}

/** Source: https://www.freedesktop.org/software/systemd/man/latest/systemd-timesyncd.service.html */
function checkClock({ readText }: Host): Condition {
  if (readText('/run/systemd/timesync/synchronized') !== null) return holds('The clock is in step (systemd-timesyncd)')
  const because =
    readText('/run/chrony/chronyd.pid') === null
      ? 'no service that sets it shows itself here; without one, shown times drift'
      : 'chrony sets it, and tells only its own program whether it is in step'
  return unknown('The clock', because)
}

/** What is needed is a sum of caps, which fits where they could be lowered to it; what is in use is measured. */
function checkMemory(config: Config, lowered: readonly LoweredCap[], host: Host): Condition {
  const needs = memoryNeeds(config, host.memoryThereIs(config))
  const tooLittle = needs.find(({ needed, there }) => there < needed)
  if (tooLittle) return fails(`${sayNeed(tooLittle)}: it may be killed before it refuses anything`)
  const there = needs.find(({ of }) => of === 'memory')?.there ?? 0
  const inUse = host.memoryInUse()
  if (inUse > mostInUse * there)
    return fails(`${inMegabytes(inUse)} of ${inMegabytes(there)} MB of memory are in use: the server may be killed`)
  const changes = lowered.map(
    ({ setting, askedMegabytes, givenMegabytes }) =>
      `${setting} was lowered from ${askedMegabytes} to ${givenMegabytes} MB`,
  )
  const counted = needs.filter(({ of }) => of === 'memory').map(sayNeed)
  const because = changes.length > 0 ? `; for that, ${changes.join(' and ')}` : ''
  return holds(`${counted.join('')}, and ${inMegabytes(inUse)} are in use${because}`)
}

function sayNeed({ of, parts, needed, there, limitedBy }: MemoryNeed): string {
  const counted = [...parts].map(([what, bytes]) => `${inMegabytes(bytes)} for ${what}`)
  const limit = `there are ${inMegabytes(there)} (${limitedBy})`
  return `The settings allow for ${inMegabytes(needed)} MB of ${of} (${counted.join(', ')}), ${limit}`
}

function inMegabytes(bytes: number): number {
  return Math.floor(bytes / megabyte)
}

function checkRedis({ isAway, warnings }: HealthSource): Condition[] {
  if (isAway) return [unknown('Redis', 'it does not answer')]
  if (warnings.length === 0) return [holds('Redis is set to write nothing of messages to a disk')]
  return warnings.map(warning =>
    warning === 'redis_unknown' ? { holds: null, says: healthWarnings[warning] } : fails(healthWarnings[warning]),
  )
}

const thisHost: Host = {
  env: process.env,
  readText: path => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  },
  isInMemory,
  isKeptFromSwap,
  memoryThereIs: readMemoryThereIs,
  memoryInUse: () => process.memoryUsage.rss(),
}
