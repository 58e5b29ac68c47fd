import { readFile } from 'node:fs/promises'
import { faultCodeOf } from '../../system-fault.js'
import { removeLeftovers, replaceFile } from './account-file.js'

/** Keeps a text in a file that only its owner can read, unless there is one. Resolves with what is kept. For one caller at a time. */
export async function keepSecretFile(path: string, proposed: string): Promise<string> {
  const kept = await readSecretFile(path)
  if (kept !== null) return kept
  await removeLeftovers(path)
  await replaceFile(path, [proposed])
  return proposed
}

async function readSecretFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (faultCodeOf(error) === 'ENOENT') return null
    throw error
  }
}
