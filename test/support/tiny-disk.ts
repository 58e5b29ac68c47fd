import { onTestFinished } from 'vitest'
import { NoSmallDisk, smallDisk } from './leftovers.js'

const kilobytes = 64

/** A file system of its own of 64 KiB, which goes with the test; null where this test may not mount one, as only root may. */
export function tinyDisk(): string | null {
  try {
    const disk = smallDisk('disk', kilobytes)
    onTestFinished(() => disk.remove())
    return disk.path
  } catch (error) {
    if (error instanceof NoSmallDisk) return null
    throw error
  }
}
