import type { Clock } from '../../chat/clock.js'
import type { AccountStore } from '../account-store.js'
import { FileAccountStore } from './file-store.js'
import { MemoryAccountStore } from './memory-store.js'

/**
 * The store that the settings ask for.
 * @param file the path of the file of accounts; null to keep them in memory
 * @param onError called if accounts could not be saved
 * @throws AccountFileError when the file cannot be used
 */
export async function openAccountStore(
  file: string | null,
  clock: Clock,
  onError: (error: unknown) => void,
): Promise<AccountStore> {
  return file === null ? new MemoryAccountStore() : FileAccountStore.open(file, { clock, onError })
}
