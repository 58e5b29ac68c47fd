import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '#src/config.js'
import { fitCaps, type MemoryThereIs } from '#src/fitted-caps.js'
import { type HealthSource, soundHealth } from '#src/ops/health.js'
import { checkConditions, type Host } from '#src/ops/self-check.js'
import { ServerProcess } from '../support/server-process.js'

const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://chat.example.com', TRUST_PROXY: '1' }
const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const megabyte = 1_048_576
/** A machine of 16 GB, without a limit, whose pictures lie in memory. */
const plenty: MemoryThereIs = {
  group: Number.POSITIVE_INFINITY,
  machine: 16_384 * megabyte,
  heap: 4096 * megabyte,
  uploadDisk: 512 * megabyte,
}

/** Files of a machine on which all holds. */
const soundFiles: Record<string, string> = {
  '/proc/sys/kernel/core_pattern': 'core\n',
  '/proc/self/limits': 'Limit      Soft Limit  Hard Limit  Units\nMax core file size        0     0     bytes\n',
  '/proc/swaps': 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n',
  '/proc/self/maps': '7f0000000000-7f0000001000 r-xp 0 08:01 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n',
  '/run/systemd/timesync/synchronized': '',
}

interface Machine extends Partial<Omit<Host, 'readText' | 'memoryThereIs'>> {
  readonly memory?: Partial<MemoryThereIs>
  readonly files?: Record<string, string | null>
  readonly settings?: Record<string, string>
  readonly health?: HealthSource
}

/** What is said on a machine that differs from the sound one, by a server that has fitted its caps to it. */
function check({ files = {}, settings = {}, health = soundHealth, memory = {}, ...host }: Machine = {}) {
  const all = { ...soundFiles, ...files }
  const thereIs = { ...plenty, ...memory }
  return checkConditions(fitCaps(readConfig({ ...production, ...settings }), thereIs), health, {
    readText: path => all[path] ?? null,
    isInMemory: () => true,
    isKeptFromSwap: () => false,
    memoryThereIs: () => thereIs,
    memoryInUse: () => 97 * megabyte,
    env: { GLIBC_TUNABLES: 'glibc.malloc.perturb=165:glibc.malloc.tcache_max=64' },
    ...host,
  })
}

/** What does not hold, or is not known. */
const faults = (machine: Machine) => check(machine).flatMap(({ holds, says }) => (holds === true ? [] : [says]))

const secret = 'of all nodes Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const overRedis = { REDIS_URL: 'redis://localhost', SESSION_SECRET: secret, JWT_SECRET: secret }
const swapFile = `${soundFiles['/proc/swaps']}/swapfile                               file\t\t2097148\t\t0\t\t-2\n`
const unlimitedDumps = 'Max core file size        unlimited            unlimited            bytes\n'

describe.skipIf(process.platform !== 'linux')('the conditions of the promises', () => {
  it('all hold on a machine that is set as docs/hosting.md says', () => {
    expect(check().map(({ holds }) => holds)).toEqual(Array(11).fill(true))
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
    [
      'freed memory is left as it is, as the tunable says',
      { env: { GLIBC_TUNABLES: 'glibc.malloc.perturb=0' } },
      /^Memory that is freed keeps what it held.*GLIBC_TUNABLES/,
    ],
    [
      'the tunable was switched off again',
      { env: { GLIBC_TUNABLES: 'glibc.malloc.perturb=165:glibc.malloc.perturb=0' } },
      /^Memory that is freed keeps what it held.*GLIBC_TUNABLES/,
    ],
    [
      'the tunable has a value that the C library does not take',
      { env: { GLIBC_TUNABLES: 'glibc.malloc.perturb=256' } },
      /^Memory that is freed keeps what it held.*GLIBC_TUNABLES/,
    ],
    [
      'the C library is musl, which knows no tunable',
      { files: { '/proc/self/maps': '7f0000000000-7f0000001000 r-xp 0 08:01 1 /lib/ld-musl-x86_64.so.1\n' } },
      /^Memory that is freed keeps what it held: musl/,
    ],
    ['pictures are on a disk', { isInMemory: () => false }, /^UPLOAD_DIR is on a disk/],
    ['more is logged than at info', { settings: { LOG_LEVEL: 'trace' } }, /^LOG_LEVEL is trace/],
    [
      'it runs with the defaults for trying it out',
      { settings: { NODE_ENV: 'test', DEMO_USERS: 'false', ACCOUNTS_URL: 'file:a' } },
      /^NODE_ENV is test/,
    ],
    ['the demo accounts exist', { settings: { DEMO_USERS: 'true' } }, /^The demo accounts exist/],
    ['accounts are in memory', { settings: { ACCOUNTS_URL: 'memory:' } }, /^Accounts are in memory/],
    ['people come by http', { settings: { PUBLIC_URL: '' } }, /^PUBLIC_URL is not https/],
    [
      'nothing sets the clock',
      { files: { '/run/systemd/timesync/synchronized': null } },
      /^The clock: not checked, because/,
    ],
    [
      'the server itself has too little memory',
      { memory: { group: 100 * megabyte } },
      /^The settings allow for 172 MB of memory \(150 for the server itself, 8 for messages, 8 for pictures, 1 for what is unread, 5 for what comes and goes\), there are 100 \(cgroup\): it may be killed/,
    ],
    [
      'the same over Redis, where it holds no messages',
      { memory: { machine: 128 * megabyte }, settings: overRedis },
      /^The settings allow for 151 MB of memory \(150 for the server itself, 1 for what is unread, 0 for what comes and goes\), there are 128 \(machine\): it may be killed/,
    ],
    [
      'the heap has too little',
      { memory: { heap: 50 * megabyte } },
      /^The settings allow for 57 MB of heap \(48 for the server itself, 8 for messages, 1 for what is unread\), there are 50 \(heap\): it may be killed/,
    ],
    [
      'nine tenths of the memory are in use',
      { memory: { group: 256 * megabyte }, memoryInUse: () => 231 * megabyte },
      /^231 of 256 MB of memory are in use: the server may be killed/,
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
    ['swap is for others', { files: { '/proc/swaps': swapFile }, isKeptFromSwap: () => true }],
    [
      'a node over Redis has 256 MB, as it holds no messages',
      { memory: { group: 256 * megabyte }, settings: overRedis },
    ],
    ['swap is compressed memory', { files: { '/proc/swaps': swapFile.replace('/swapfile', '/dev/zram0') } }],
  ])('hold where %s', (_what, machine) => {
    expect(faults(machine)).toEqual([])
  })

  it('name the caps that were lowered to the memory there is', () => {
    expect(check({ memory: { group: 512 * megabyte } }).at(-1)).toEqual({
      holds: true,
      says: [
        'The settings allow for 510 MB of memory (150 for the server itself, 90 for messages, 90 for pictures, 90 for what is unread, 90 for what comes and goes)',
        'there are 512 (cgroup)',
        'and 97 are in use; for that, MAX_MESSAGE_MEMORY_MB was lowered from 256 to 90 MB and MAX_PICTURES_MB was lowered from 256 to 90 MB and MAX_UNREAD_MB was lowered from 16 to 11 MB',
      ].join(', '),
    })
  })

  it('are told by what the kernel tells of this process too', () => {
    const { config, lowered } = fitCaps(readConfig(production), plenty)
    expect(checkConditions({ config, lowered }, soundHealth)).toHaveLength(11)
  })

  it('name what is wrong with Redis, and leave out the folder of pictures, which are in Redis', () => {
    const settings = overRedis
    const health: HealthSource = { isAway: false, warnings: ['redis_writes_log'] }
    expect(faults({ settings, health, isInMemory: () => false })).toEqual([expect.stringMatching(/appendonly/)])
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
    expect(conditions).toHaveLength(11)
  })
})
