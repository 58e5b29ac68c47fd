import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is still to be cleared, in the order in which it was made. */
const left = new Set<() => void>()
process.on('exit', () => {
  // The latest first: a server ends before the folder goes in which it writes.
  for (const clear of [...left].reverse()) {
    try {
      clear()
    } catch (error) {
      console.error(error)
    }
  }
})

/** A folder of its own, which is gone at the latest when this process ends. */
export interface Scratch {
  readonly path: string
  remove(): void
}

/** What a fault needs cannot be made here, such as a small disk where only root may mount one. The message says why. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed'
}

/**
 * Has something cleared when this process ends, however it does but by SIGKILL, also on Ctrl+C.
 * @param clear must not wait for anything
 * @returns calls it off
 */
export function clearAtExit(clear: () => void): () => void {
  left.add(clear)
  return () => void left.delete(clear)
}

/** Has something at a path removed by hand, or else when this process ends. `clear` must not wait for anything. */
export function scratch(path: string, clear: () => void): Scratch {
  const forget = clearAtExit(clear)
  return {
    path,
    remove() {
      forget()
      clear()
    },
  }
}

const makeFolder = (name: string) => mkdtempSync(join(tmpdir(), `ephemeral-chat-${name}-`))
// A server that is being killed may write into it once more.
const removeFolder = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })

/** Makes an empty folder. */
export function scratchFolder(name: string): Scratch {
  const path = makeFolder(name)
  return scratch(path, () => removeFolder(path))
}

/** Works with a small disk, which goes however the work ends. @throws NotAllowed */
export async function onSmallDisk<T>(name: string, kilobytes: number, work: (path: string) => Promise<T>): Promise<T> {
  const disk = smallDisk(name, kilobytes)
  try {
    return await work(disk.path)
  } finally {
    disk.remove()
  }
}

/**
 * Mounts an empty disk in memory.
 * @param kilobytes how much fits
 * @throws NotAllowed where this user, or this container, may mount none
 */
export function smallDisk(name: string, kilobytes: number): Scratch {
  if (process.getuid?.() !== 0) throw new NotAllowed('only root may mount a small disk')
  const path = makeFolder(name)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    removeFolder(path)
    const [, why = ''] = error instanceof Error ? error.message.trim().split('\n') : []
    throw new NotAllowed(`a small disk could not be mounted (${why})`, { cause: error })
  }
  return scratch(path, () => {
    // Lazily, since a killed server may not have let go of it yet.
    execFileSync('umount', ['-l', path], { stdio: 'pipe' })
    removeFolder(path)
  })
}
