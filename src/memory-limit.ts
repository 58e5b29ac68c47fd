import { readFileSync, type StatsFs, statfsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { faultCodeOf } from './system-fault.js'

/** Where Linux tells of control groups. */
export interface GroupFiles {
  /** Where the groups are mounted. */
  readonly root: string
  /** The file that says which groups this process is in. */
  readonly own: string
}

/** The memory that this process may use. Bytes; Infinity for what is not limited, or not known. */
export interface MemoryLimits {
  /** What its control groups let it use, with all processes that it starts. */
  readonly group: number
  /** What the machine has. */
  readonly machine: number
  /** What V8 may use for objects. */
  readonly heap: number
}

const groupFiles: GroupFiles = { root: '/sys/fs/cgroup', own: '/proc/self/cgroup' }
/** The types of file systems that lie in memory: tmpfs and ramfs. Source: statfs(2) */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6]

/** Reads the limits as they are now. */
export function readMemoryLimits(): MemoryLimits {
  return { group: readGroupLimit(), machine: totalmem(), heap: getHeapStatistics().heap_size_limit }
}

/**
 * The least limit on the memory of this process's control groups, in bytes; Infinity where there is none. A group is bound by the
 * limits of those around it too. `memory.high` counts as well: beyond it a process hardly gets on.
 * Source: cgroups(7)
 */
export function readGroupLimit(files: GroupFiles = groupFiles): number {
  return Math.min(...readGroups(files, ['memory.limit_in_bytes'], ['memory.max', 'memory.high']))
}

/**
 * Whether one of this process's control groups keeps it out of swap. None of the first version can: where memory and swap together
 * have the limit of memory alone, the kernel still swaps when the machine runs short of memory.
 * Source: https://docs.kernel.org/admin-guide/cgroup-v2.html, memory.swap.max, and
 * https://docs.kernel.org/admin-guide/cgroup-v1/memory.html, "why memory+swap rather than swap"
 */
export function isKeptFromSwap(files: GroupFiles = groupFiles): boolean {
  return readGroups(files, [], ['memory.swap.max']).includes(0)
}

/** The numbers in these files of this process's control groups of the first and of the second version, and of those around them. */
function readGroups({ root, own }: GroupFiles, ofFirst: readonly string[], ofSecond: readonly string[]): number[] {
  return readText(own)
    .split('\n')
    .flatMap(line => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
      if (controllers === undefined || path === undefined) return []
      if (controllers.split(',').includes('memory')) return readUpwards(join(root, 'memory'), path, ofFirst)
      if (controllers !== '') return []
      // Beside groups of the first version, those of the second have a folder of their own.
      return [root, join(root, 'unified')].flatMap(each => readUpwards(each, path, ofSecond))
    })
}

/** What files say of a group and of those around it. In a container the outer ones are not seen. */
function readUpwards(root: string, path: string, files: readonly string[]): number[] {
  const limits: number[] = []
  for (let group = join('/', path); ; group = dirname(group)) {
    for (const file of files) {
      const text = readText(join(root, group, file)).trim()
      if (/^\d+$/.test(text)) limits.push(Number(text))
    }
    if (group === '/') return limits
  }
}

/**
 * The size in bytes of the file system of a folder, if it lies in memory, else null; Infinity if it may take all the memory there is.
 * The folder need not be there yet.
 */
export function readMemoryDiskSize(folder: string): number | null {
  const disk = readFileSystem(folder)
  if (disk === null || !memoryTypes.includes(disk.type)) return null
  // One without a limit has no blocks. Source: tmpfs(5), "size"
  return disk.blocks === 0 ? Number.POSITIVE_INFINITY : disk.blocks * disk.bsize
}

/** Whether a folder lies in memory, or will once it is there; null where the system does not tell. */
export function isInMemory(folder: string): boolean | null {
  const disk = process.platform === 'linux' ? readFileSystem(folder) : null
  return disk === null ? null : memoryTypes.includes(disk.type)
}

function readFileSystem(folder: string): StatsFs | null {
  try {
    return statfsSync(folder)
  } catch (error) {
    if (faultCodeOf(error) === 'ENOENT' && dirname(folder) !== folder) return readFileSystem(dirname(folder))
    // Whether it can be used is found out when it is opened.
    return null
  }
}

/** What a file says; nothing if it cannot be read: then the system knows no such limit. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
