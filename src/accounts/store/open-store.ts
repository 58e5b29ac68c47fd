import type { Clock } from '../../chat/clock.js'
import type { AccountStore } from '../account-store.js'
import { FileAccountStore } from './file-store.js'
import { MemoryAccountStore } from './memory-store.js'

/**
 * The store that the settings ask for.
 * @param file the path of the file of accounts, null for memory
 * @param onError told why accounts could not be saved
 * @throws AccountFileError when the file cannot be used
 */
export async function openAccountStore(
  file: string | null,
  clock: Clock,
  onError: (error: unknown) => void,
): Promise<AccountStore> {
  return file === null ? new MemoryAccountStore() : FileAccountStore.open(file, { clock, onError })
}
