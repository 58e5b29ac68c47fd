import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isInMemory, isKeptFromSwap, readGroupLimit, readMemoryDiskSize, readMemoryLimits } from '#src/memory-limit.js'
import { tinyDisk } from './support/tiny-disk.js'

const none = Number.POSITIVE_INFINITY

/** Writes the files in which Linux tells of control groups. */
async function writeGroups(own: string, files: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'ephemeral-chat-groups-'))
  onTestFinished(() => rm(root, { recursive: true }))
  for (const [path, text] of Object.entries({ ...files, own })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), `${text}\n`)
  }
  return { root, own: join(root, 'own') }
}

describe('the limit of the control groups', () => {
  it.each<[string, string, Record<string, string>, number]>([
    ['its own', '0::/system.slice/chat.service', { 'system.slice/chat.service/memory.max': '300' }, 300],
    [
      'the least on the way up',
      '0::/system.slice/chat.service',
      { 'system.slice/chat.service/memory.max': '300', 'system.slice/memory.max': '200', 'memory.max': '400' },
      200,
    ],
    [
      'its own where those around it have none',
      '0::/a/b',
      { 'a/b/memory.max': '300', 'a/memory.max': 'max', 'a/memory.high': 'max' },
      300,
    ],
    ['where it is slowed, if that is less', '0::/a', { 'a/memory.max': '300', 'a/memory.high': '250' }, 250],
    ['that of the container, which sees no others', '0::/', { 'memory.max': '300' }, 300],
    ['that of the container, whose group has another name outside', '0::/../x', { 'memory.max': '300' }, 300],
    [
      'one of the first version',
      '5:devices:/docker/c\n4:cpu,memory:/docker/c\n1:name=systemd:/docker/c',
      { 'memory/docker/c/memory.limit_in_bytes': '300', 'memory/memory.limit_in_bytes': '9223372036854771712' },
      300,
    ],
    [
      'one of the first version in a container, where the group is at the top',
      '4:memory:/docker/c',
      { 'memory/memory.limit_in_bytes': '300' },
      300,
    ],
    [
      'the less of two versions beside each other',
      '4:memory:/a\n0::/b',
      { 'memory/a/memory.limit_in_bytes': '300', 'unified/b/memory.max': '200' },
      200,
    ],
    ['none where no file says one', '0::/a', { 'a/cgroup.procs': '1' }, none],
    ['none where there are no groups', '', {}, none],
    ['none where a file holds no number', '0::/a', { 'a/memory.max': '3OO' }, none],
  ])('is %s', async (_what, own, files, limit) => {
    expect(readGroupLimit(await writeGroups(own, files))).toBe(limit)
  })

  it('is none where the system does not tell', () => {
    expect(readGroupLimit({ root: '/nowhere', own: '/nowhere/own' })).toBe(none)
  })
})

describe('swap', () => {
  it.each<[string, boolean, string, Record<string, string>]>([
    ['is off where its own group has none', true, '0::/a/b', { 'a/b/memory.swap.max': '0' }],
    [
      'is off where a group around it has none',
      true,
      '0::/a/b',
      { 'a/b/memory.swap.max': 'max', 'a/memory.swap.max': '0' },
    ],
    ['is off in a container that has none', true, '0::/', { 'memory.swap.max': '0' }],
    ['is on where its group may use some', false, '0::/a', { 'a/memory.swap.max': '4096' }],
    ['is on where a group inside of its own has none', false, '0::/a', { 'a/b/memory.swap.max': '0' }],
    ['is on where no group says anything', false, '0::/a', {}],
    [
      'is on where a group of the first version limits both together, which does not bind the kernel',
      false,
      '4:memory:/a',
      { 'memory/a/memory.limit_in_bytes': '300', 'memory/a/memory.memsw.limit_in_bytes': '300' },
    ],
  ])('%s', async (_how, isOff, own, files) => {
    expect(isKeptFromSwap(await writeGroups(own, files))).toBe(isOff)
  })
})

it('the limits of this process are above what it takes', () => {
  const { group, machine, heap } = readMemoryLimits()
  for (const limit of [group, machine]) expect(limit).toBeGreaterThan(process.memoryUsage.rss())
  expect(heap).toBeGreaterThan(process.memoryUsage().heapUsed)
})

describe.skipIf(process.platform !== 'linux')('a folder', () => {
  it('that lies in memory is as large as its file system, also before it is made', context => {
    const disk = tinyDisk(context)
    expect(readMemoryDiskSize(disk)).toBe(65_536)
    expect(readMemoryDiskSize(join(disk, 'not', 'yet'))).toBe(65_536)
    expect(isInMemory(join(disk, 'not', 'yet'))).toBe(true)
  })

  it.for<[string, string[]]>([
    ['tmpfs', ['-o', 'size=0']],
    ['ramfs', []],
  ])('on a %s without a limit may take all the memory there is', ([type, options], context) => {
    const folder = tinyDisk(context)
    execFileSync('mount', ['-t', type, ...options, type, folder])
    onTestFinished(() => void execFileSync('umount', [folder]))
    expect([readMemoryDiskSize(folder), isInMemory(folder)]).toEqual([none, true])
  })

  it.each(['/proc', '/proc/self/status/x'])('that does not, such as %s, has no size there', folder => {
    expect(readMemoryDiskSize(folder)).toBeNull()
    expect(isInMemory(folder)).not.toBe(true)
  })
})
