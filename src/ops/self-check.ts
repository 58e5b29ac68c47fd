import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { readFileSystem, readGroupLimit, tmpfsType } from '../memory-limit.js'
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
  /** The kind of the file system that a folder is on, or will be once it is there; null where the system does not tell. */
  readonly fileSystemOf: (folder: string) => number | null
  /** The most memory that this process and its children may take, in bytes; null for no limit. */
  readonly memoryLimit: () => number | null
  readonly env: Readonly<Record<string, string | undefined>>
}

const holds = (says: string): Condition => ({ holds: true, says })
const fails = (says: string): Condition => ({ holds: false, says })
const unknown = (what: string, because: string): Condition => ({
  holds: null,
  says: `${what}: not checked, because ${because}`,
})

/** File systems in memory; the second is ramfs. Source: statfs(2) */
const memoryFileSystems = [tmpfsType, 0x858458f6]
const megabyte = 1_048_576
const quietLevels = ['silent', 'fatal', 'error', 'warn', 'info']

type Settings = Pick<Config, 'images' | 'redisUrl' | 'logLevel' | 'publicUrl' | 'maxMessageMemoryBytes'>

/** Says of each condition whether it holds now. */
export function checkConditions(settings: Settings, health: HealthSource, host = thisHost): Condition[] {
  const ofRedis = settings.redisUrl === null ? [] : checkRedis(health)
  return [...checkHost(settings, host), ...ofRedis]
}

/** Logs a line for each condition that does not hold; those of Redis are logged when they are found. */
export function warnOfConditions(log: Logger, settings: Settings): void {
  for (const { holds: isSo, says } of checkHost(settings, thisHost)) if (isSo === false) log.warn(says)
}

function checkHost(settings: Settings, host: Host): Condition[] {
  const { images, redisUrl, logLevel, publicUrl, maxMessageMemoryBytes } = settings
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
    checkClock(host),
    checkMemoryLimit(host.memoryLimit(), maxMessageMemoryBytes),
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

/** Source: proc_swaps(5), and memory.swap.max in https://docs.kernel.org/admin-guide/cgroup-v2.html */
function checkSwap({ readText }: Host): Condition {
  const swaps = readText('/proc/swaps')
  if (swaps === null) return unknown('Swap', 'the system does not tell')
  // The first line is a heading. Compressed swap stays in memory.
  const onDisk = swaps
    .split('\n')
    .slice(1)
    .filter(line => line !== '' && !line.startsWith('/dev/zram'))
  if (onDisk.length === 0) return holds('There is no swap on a disk')
  const [, group = '/'] = /^0::(\S+)/m.exec(readText('/proc/self/cgroup') ?? '') ?? []
  if (readText(`/sys/fs/cgroup${group}/memory.swap.max`)?.trim() === '0') return holds('Swap is off for the server')
  const [first = ''] = onDisk.map(line => line.split(/\s/)[0])
  return fails(`Swap is on (${first}): messages may reach a disk; turn it off, at least for the server`)
}

function checkFreedMemory({ env }: Host): Condition {
  if (process.platform !== 'linux') return unknown('Freed memory', 'only the C library of Linux can overwrite it')
  if (env.GLIBC_TUNABLES?.includes('glibc.malloc.perturb='))
    return holds('The C library overwrites memory that is freed')
  return fails(
    'Memory that is freed keeps what it held: start the server with GLIBC_TUNABLES as npm start does (package.json)',
  )
}

function checkUploads(folder: string, { fileSystemOf }: Host): Condition {
  const kind = fileSystemOf(folder)
  if (kind === null) return unknown('UPLOAD_DIR', 'the system does not tell what it is on')
  if (memoryFileSystems.includes(kind)) return holds('UPLOAD_DIR is in memory')
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

function checkMemoryLimit(limit: number | null, messages: number): Condition {
  const most = `MAX_MESSAGE_MEMORY_MB is ${Math.round(messages / megabyte)}`
  if (limit === null) return holds(`No limit on memory is set (cgroup), ${most}`)
  const says = `The limit on memory (cgroup) is ${Math.round(limit / megabyte)} MB, ${most}`
  return limit > messages ? holds(says) : fails(`${says}: the server is killed before it refuses messages`)
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
  fileSystemOf: folder => (process.platform === 'linux' ? (readFileSystem(folder)?.type ?? null) : null),
  memoryLimit: () => {
    const limit = readGroupLimit()
    return limit < totalmem() ? limit : null
  },
}
