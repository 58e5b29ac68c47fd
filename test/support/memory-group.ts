import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NotAllowed, type Scratch, scratch } from './leftovers.js'

/** Where groups are made, and the files that bound them: the memory alone, and with what is swapped. */
interface GroupKind {
  readonly root: string
  readonly memory: string
  readonly swap: string
  /** What bounds what is swapped, given the bytes of memory. */
  swapFor(bytes: number): number
}

/** Both versions. Source: cgroups(7) */
const kinds: readonly GroupKind[] = [
  { root: '/sys/fs/cgroup', memory: 'memory.max', swap: 'memory.swap.max', swapFor: () => 0 },
  {
    root: '/sys/fs/cgroup/memory',
    memory: 'memory.limit_in_bytes',
    swap: 'memory.memsw.limit_in_bytes',
    swapFor: bytes => bytes,
  },
]
const leastMegabytes = 16
const goneTries = 100
const pauseMs = 20

let made = 0

/**
 * Makes a control group whose processes may take so much memory together, and nothing of the swap: beyond it the system kills one.
 * A process joins it by its file `cgroup.procs`; the group can be removed once all have ended.
 * @throws NotAllowed where this user, or this container, may make none
 */
export function memoryGroup(megabytes: number): Scratch {
  if (process.getuid?.() !== 0) throw new NotAllowed('only root may make a control group')
  const bytes = megabytes * 1024 * 1024
  made += 1
  const errors: string[] = []
  for (const { root, memory, swap, swapFor } of kinds) {
    const path = join(root, `ephemeral-chat-${process.pid}-${made}`)
    try {
      mkdirSync(path)
    } catch (error) {
      errors.push(String(error))
      continue
    }
    try {
      // Elsewhere mkdir makes a folder that bounds nothing.
      if (!existsSync(join(path, memory))) throw new Error(`${root} bounds no memory`)
      writeFileSync(join(path, memory), String(bytes))
      if (existsSync(join(path, swap))) writeFileSync(join(path, swap), String(swapFor(bytes)))
      if (Number(readFileSync(join(path, memory), 'utf8')) !== bytes) throw new Error(`${path} was not bounded`)
      return scratch(path, () => removeGroup(path))
    } catch (error) {
      rmdirSync(path)
      errors.push(String(error))
    }
  }
  throw new NotAllowed(`no control group could be made (${errors.join('; ')})`)
}

/** Whether this user may make a control group here. */
export function mayMakeMemoryGroup(): boolean {
  try {
    memoryGroup(leastMegabytes).remove()
    return true
  } catch (error) {
    if (error instanceof NotAllowed) return false
    throw error
  }
}

/** Works with a control group of so much memory, which goes however the work ends. @throws NotAllowed */
export async function inMemoryGroup<T>(megabytes: number, work: (path: string) => Promise<T>): Promise<T> {
  const group = memoryGroup(megabytes)
  try {
    return await work(group.path)
  } finally {
    group.remove()
  }
}

/** A process that was just killed is in it for a moment still. */
function removeGroup(path: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      rmdirSync(path)
      return
    } catch (error) {
      if (tries === goneTries) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}
