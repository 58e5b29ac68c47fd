import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { faultCodeOf } from '#src/system-fault.js'

const pieceBytes = 4096

/**
 * Fills a disk to its last piece.
 * @returns empties it again
 */
export function fillDisk(path: string): () => void {
  const file = join(path, 'ballast')
  try {
    for (;;) appendFileSync(file, Buffer.alloc(pieceBytes))
  } catch (error) {
    if (faultCodeOf(error) !== 'ENOSPC') throw error
  }
  return () => rmSync(file)
}
