import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { Picture } from './conversion.js'

/** A file takes whole blocks of so many bytes, in memory and on most disks. */
const blockBytes = 4096

/** How many bytes of pictures are kept at most: of all people together, and of one person. */
export interface PictureCaps {
  readonly maxHeldBytes: number
  readonly maxHeldBytesPerPerson: number
}

/** The least that a picture counts for, in bytes. */
export const leastCount = blockBytes

/** What a picture counts for, in bytes: it and its still, each in whole blocks. */
export function countPicture({ bytes, still }: Pick<Picture, 'bytes' | 'still'>): number {
  return inBlocks(bytes.length) + inBlocks(still?.length ?? 0)
}

/** The most bytes that a picture and its still may have together, so that a person who holds none may hold it. */
export function largestPicture({ maxHeldBytesPerPerson }: Pick<PictureCaps, 'maxHeldBytesPerPerson'>): number {
  // Two parts take up to one block more than their bytes would in one.
  return Math.max(Math.floor(maxHeldBytesPerPerson / blockBytes) - 1, 0) * blockBytes
}

function inBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
}

/** Counts the bytes of the pictures that this process keeps, of each person and of all together. */
export class PictureSpace {
  readonly #caps: PictureCaps
  readonly #ofEach = new Map<UserId, number>()
  #held = 0

  constructor(caps: PictureCaps) {
    this.#caps = caps
  }

  /** What all pictures count for. */
  get held(): number {
    return this.#held
  }

  /** Refuses a person who may not hold so many bytes more. @throws ChatError `person_full`, `server_full` */
  refuseOver(ownerId: UserId, bytes: number): void {
    const { maxHeldBytes, maxHeldBytesPerPerson } = this.#caps
    if ((this.#ofEach.get(ownerId) ?? 0) + bytes > maxHeldBytesPerPerson) throw new ChatError('person_full')
    if (this.#held + bytes > maxHeldBytes) throw new ChatError('server_full')
  }

  /**
   * Counts so many bytes of a person. The answer gives them back, once.
   * @throws ChatError `person_full`, `server_full` when they are too many
   */
  take(ownerId: UserId, bytes: number): () => void {
    this.refuseOver(ownerId, bytes)
    this.#count(ownerId, bytes)
    return () => this.#count(ownerId, -bytes)
  }

  #count(ownerId: UserId, bytes: number): void {
    this.#held += bytes
    const ofPerson = (this.#ofEach.get(ownerId) ?? 0) + bytes
    if (ofPerson > 0) this.#ofEach.set(ownerId, ofPerson)
    else this.#ofEach.delete(ownerId)
  }
}
