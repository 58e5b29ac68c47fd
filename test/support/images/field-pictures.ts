import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Reads a file of test/field/pictures. */
export function fieldPicture(name: string): Promise<Buffer> {
  return readFile(join(import.meta.dirname, '..', '..', 'field', 'pictures', name))
}
