import type { TestContext } from 'vitest'
import { NotAllowed, smallDisk } from './leftovers.js'

const kilobytes = 64

/**
 * A file system of its own of 64 KiB, which goes with the test. Where this user may mount none, as only root may, the test counts
 * as skipped.
 */
export function tinyDisk({ skip, onTestFinished }: TestContext): string {
  try {
    const disk = smallDisk('disk', kilobytes)
    onTestFinished(() => disk.remove())
    return disk.path
  } catch (error) {
    if (error instanceof NotAllowed) skip(error.message)
    throw error
  }
}
