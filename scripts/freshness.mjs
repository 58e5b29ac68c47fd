/** Tells whether what was made from files is still what they would make. Plain JavaScript: it works before anything is installed. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './process.mjs'

/** Yields the paths of all files below a folder of the project. */
export function* filesBelow(folder) {
  const full = join(root, folder)
  if (!existsSync(full)) return
  for (const entry of readdirSync(full, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) yield join(entry.parentPath ?? entry.path, entry.name)
  }
}

/** Hashes the names and contents of files, and the kind of machine, for which some packages bring programs. */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const path of [...paths].sort()) {
    if (existsSync(path)) hash.update(path.slice(root.length)).update(readFileSync(path))
  }
  return hash.digest('hex')
}

/** Whether the stamp of the last time is missing or bears another fingerprint. */
export function isStale(stamp, print) {
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== print
}

/** Writes a stamp, once what it stands for is made. */
export function writeStamp(stamp, print) {
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, print)
}
