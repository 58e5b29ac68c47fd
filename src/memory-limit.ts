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
/** The type of a file system that lies in memory. Source: statfs(2), TMPFS_MAGIC */
export const tmpfsType = 0x01021994

/** Reads the limits as they are now. */
export function readMemoryLimits(): MemoryLimits {
  return { group: readGroupLimit(), machine: totalmem(), heap: getHeapStatistics().heap_size_limit }
}

/**
 * The least limit on the memory of this process's control groups, in bytes; Infinity where there is none. A group is bound by the
 * limits of those around it too. `memory.high` counts as well: beyond it a process hardly gets on.
 * Source: cgroups(7)
 */
export function readGroupLimit({ root, own }: GroupFiles = groupFiles): number {
  const limits = readText(own)
    .split('\n')
    .flatMap(line => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
      if (controllers === undefined || path === undefined) return []
      if (controllers.split(',').includes('memory')) {
        return readUpwards(join(root, 'memory'), path, ['memory.limit_in_bytes'])
      }
      if (controllers !== '') return []
      const files = ['memory.max', 'memory.high']
      // Beside groups of the first version, those of the second have a folder of their own.
      return [root, join(root, 'unified')].flatMap(each => readUpwards(each, path, files))
    })
  return Math.min(...limits)
}

/** What limits files say of a group and of those around it. In a container the outer ones are not seen. */
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

/** The size in bytes of the file system of a folder, if it lies in memory (tmpfs), else null. The folder need not be there yet. */
export function readMemoryDiskSize(folder: string): number | null {
  const disk = readFileSystem(folder)
  return disk?.type === tmpfsType ? disk.blocks * disk.bsize : null
}

/** The file system that a folder is on, or will be once it is there; null where the system does not tell. */
export function readFileSystem(folder: string): StatsFs | null {
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
