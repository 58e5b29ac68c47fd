import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '#src/config.js'
import { type HealthSource, soundHealth } from '#src/ops/health.js'
import { checkConditions, type Host } from '#src/ops/self-check.js'
import { ServerProcess } from '../support/server-process.js'

const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://chat.example.com', TRUST_PROXY: '1' }
const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const tmpfs = 0x01021994
const ext4 = 0xef53

/** Files of a machine on which all holds. */
const soundFiles: Record<string, string> = {
  '/proc/sys/kernel/core_pattern': 'core\n',
  '/proc/self/limits': 'Limit      Soft Limit  Hard Limit  Units\nMax core file size        0     0     bytes\n',
  '/proc/swaps': 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n',
  '/proc/self/cgroup': '0::/system.slice/chat.service\n',
  '/run/systemd/timesync/synchronized': '',
}

interface Machine extends Partial<Omit<Host, 'readText'>> {
  readonly files?: Record<string, string | null>
  readonly settings?: Record<string, string>
  readonly health?: HealthSource
}

/** What is said on a machine that differs from the sound one. */
function check({ files = {}, settings = {}, health = soundHealth, ...host }: Machine = {}) {
  const all = { ...soundFiles, ...files }
  return checkConditions(readConfig({ ...production, ...settings }), health, {
    readText: path => all[path] ?? null,
    fileSystemOf: () => tmpfs,
    memoryLimit: () => null,
    env: { GLIBC_TUNABLES: 'glibc.malloc.perturb=165:glibc.malloc.tcache_max=64' },
    ...host,
  })
}

/** What does not hold, or is not known. */
const faults = (machine: Machine) => check(machine).flatMap(({ holds, says }) => (holds === true ? [] : [says]))

const swapFile = `${soundFiles['/proc/swaps']}/swapfile                               file\t\t2097148\t\t0\t\t-2\n`
const unlimitedDumps = 'Max core file size        unlimited            unlimited            bytes\n'

describe.skipIf(process.platform !== 'linux')('the conditions of the promises', () => {
  it('all hold on a machine that is set as docs/hosting.md says', () => {
    expect(check().map(({ holds }) => holds)).toEqual(Array(8).fill(true))
  })

  const wrong: [string, Machine, RegExp][] = [
    ['core dumps are written', { files: { '/proc/self/limits': unlimitedDumps } }, /^Core dumps are on.*ulimit -c 0/],
    [
      'a program gets core dumps, whatever the limit is',
      { files: { '/proc/sys/kernel/core_pattern': '|/usr/share/apport/apport -p%p' } },
      /^Core dumps are on.*kernel.core_pattern, which is .*apport/,
    ],
    ['there is swap', { files: { '/proc/swaps': swapFile } }, /^Swap is on \(\/swapfile\)/],
    ['freed memory is left as it is', { env: {} }, /^Memory that is freed keeps what it held.*GLIBC_TUNABLES/],
    ['pictures are on a disk', { fileSystemOf: () => ext4 }, /^UPLOAD_DIR is on a disk/],
    ['more is logged than at info', { settings: { LOG_LEVEL: 'trace' } }, /^LOG_LEVEL is trace/],
    ['people come by http', { settings: { PUBLIC_URL: '' } }, /^PUBLIC_URL is not https/],
    [
      'nothing sets the clock',
      { files: { '/run/systemd/timesync/synchronized': null } },
      /^The clock: not checked, because/,
    ],
    [
      'the limit is below the messages',
      { memoryLimit: () => 256 * 1_048_576 },
      /is 256 MB, MAX_MESSAGE_MEMORY_MB is 256/,
    ],
  ]
  it.each(wrong)('name what is wrong where %s, and nothing else', (_what, machine, says) => {
    expect(faults(machine)).toEqual([expect.stringMatching(says)])
  })

  it.each<[string, Machine]>([
    [
      'systemd gets core dumps, which heeds the limit',
      { files: { '/proc/sys/kernel/core_pattern': '|/usr/lib/systemd/systemd-coredump %P' } },
    ],
    [
      'core dumps are thrown away',
      { files: { '/proc/self/limits': unlimitedDumps, '/proc/sys/kernel/core_pattern': '|/bin/false' } },
    ],
    [
      'swap is for others',
      { files: { '/proc/swaps': swapFile, '/sys/fs/cgroup/system.slice/chat.service/memory.swap.max': '0\n' } },
    ],
    ['swap is compressed memory', { files: { '/proc/swaps': swapFile.replace('/swapfile', '/dev/zram0') } }],
  ])('hold where %s', (_what, machine) => {
    expect(faults(machine)).toEqual([])
  })

  it('name what is wrong with Redis, and leave out the folder of pictures, which are in Redis', () => {
    const secret = 'of all nodes Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
    const settings = { REDIS_URL: 'redis://localhost', SESSION_SECRET: secret, JWT_SECRET: secret }
    const health: HealthSource = { isAway: false, warnings: ['redis_writes_log'] }
    expect(faults({ settings, health, fileSystemOf: () => ext4 })).toEqual([expect.stringMatching(/appendonly/)])
    expect(check({ settings }).at(-1)).toEqual({ holds: true, says: expect.stringMatching(/^Redis is set/) })
    expect(faults({ settings, health: { isAway: true, warnings: [] } })).toEqual([
      'Redis: not checked, because it does not answer',
    ])
  })

  it('are told at the start in production, and to the operator while the server runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-check-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const settings = { BCRYPT_COST: '10', OPERATOR_TOKEN: token, ACCOUNTS_URL: 'memory:' }
    const server = new ServerProcess({ NODE_ENV: 'production', HOST: '127.0.0.1', ...settings }, 'dist/main.js', folder)
    onTestFinished(() => server.stop())
    const url = await server.address()
    await expect.poll(() => server.output).toMatch(/"level":"warn".*PUBLIC_URL is not https/)
    const answer = await fetch(`${url}/operator/check`, { headers: { authorization: `Bearer ${token}` } })
    const { conditions }: { conditions: object[] } = await answer.json()
    expect(conditions).toContainEqual({ holds: false, says: expect.stringMatching(/^PUBLIC_URL is not https/) })
    expect(conditions).toHaveLength(8)
  })
})
