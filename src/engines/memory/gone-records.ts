import type { Message } from '#src/chat/engine.js'

/** What is left of a message that is gone: neither text nor picture nor nonce. */
export type Gone = Pick<Message, 'seq' | 'sentAt' | 'expiresAt' | 'lifetimeMs' | 'livesFrom' | 'hasBegun' | 'keptTimes'>

/** What a record says of others, by their indexes. */
export type Link = 'owner' | 'older' | 'newer' | 'place'

/** How many bytes of a digest are kept. */
export const digestBytes = 16
/** Where each part of a record begins, in bytes, after the digest. */
const at = {
  ...{ owner: 16, older: 20, newer: 24, place: 28, seq: 32, sentAt: 36, expiresAt: 44, lifetimeMs: 52 },
  ...{ flags: 60, keptTimes: 61 },
}
const recordBytes = 62
const flag = { livesFromSeen: 1, hasBegun: 2 }
const leastRecords = 64

/**
 * What is left of messages that are gone, as bytes outside of the heap of V8, one after the other without gaps. As objects
 * they were what the collection of garbage spent most of its time on.
 */
export class GoneRecords {
  #bytes = Buffer.alloc(leastRecords * recordBytes)
  #view = viewOf(this.#bytes)
  #size = 0

  /** How many there are; their indexes begin at 0. */
  get size(): number {
    return this.#size
  }

  /** Adds a record at the end. `digest`: of bytes, one a letter. */
  push(digest: string, { seq, sentAt, expiresAt, lifetimeMs, livesFrom, hasBegun, keptTimes }: Gone): void {
    if ((this.#size + 1) * recordBytes > this.#bytes.length) this.#resize(1.5 * this.#size)
    const start = this.#size * recordBytes
    this.#size += 1
    this.#bytes.write(digest, start, digestBytes, 'latin1')
    this.#view.setUint32(start + at.seq, seq)
    this.#view.setFloat64(start + at.sentAt, sentAt)
    this.#view.setFloat64(start + at.expiresAt, expiresAt)
    this.#view.setFloat64(start + at.lifetimeMs, lifetimeMs)
    const flags = (livesFrom === 'seen' ? flag.livesFromSeen : 0) | (hasBegun ? flag.hasBegun : 0)
    this.#view.setUint8(start + at.flags, flags)
    this.#view.setUint8(start + at.keptTimes, keptTimes)
  }

  /** Overwrites a record with the last one, which is at this index from now on. */
  replaceByLast(index: number): void {
    this.#size -= 1
    const last = this.#size * recordBytes
    this.#bytes.copyWithin(index * recordBytes, last, last + recordBytes)
    this.#bytes.fill(0, last, last + recordBytes)
    const fewer = Math.max(2 * this.#size, leastRecords)
    if (2 * fewer * recordBytes < this.#bytes.length) this.#resize(fewer)
  }

  /** What is left of a message. */
  read(index: number): Gone {
    const start = index * recordBytes
    const flags = this.#view.getUint8(start + at.flags)
    return {
      seq: this.#view.getUint32(start + at.seq),
      sentAt: this.sentAt(index),
      expiresAt: this.#view.getFloat64(start + at.expiresAt),
      lifetimeMs: this.#view.getFloat64(start + at.lifetimeMs),
      livesFrom: flags & flag.livesFromSeen ? 'seen' : 'sent',
      hasBegun: (flags & flag.hasBegun) !== 0,
      keptTimes: this.#view.getUint8(start + at.keptTimes),
    }
  }

  sentAt(index: number): number {
    return this.#view.getFloat64(index * recordBytes + at.sentAt)
  }

  hasDigest(index: number, digest: string): boolean {
    const start = index * recordBytes
    return this.#bytes.toString('latin1', start, start + digestBytes) === digest
  }

  /** A number by which its digest is looked for, as `hashOf` answers it. */
  hash(index: number): number {
    return this.#view.getUint32(index * recordBytes)
  }

  link(index: number, link: Link): number {
    return this.#view.getUint32(index * recordBytes + at[link])
  }

  setLink(index: number, link: Link, to: number): void {
    this.#view.setUint32(index * recordBytes + at[link], to)
  }

  #resize(records: number): void {
    const old = this.#bytes
    this.#bytes = Buffer.alloc(Math.ceil(records) * recordBytes)
    this.#view = viewOf(this.#bytes)
    old.copy(this.#bytes, 0, 0, this.#size * recordBytes)
    old.fill(0)
  }
}

/** A number by which a digest is looked for: its first four bytes. */
export function hashOf(digest: string): number {
  const [first, second] = [digest.charCodeAt(0) << 8, digest.charCodeAt(2) << 8]
  return (((first | digest.charCodeAt(1)) << 16) | second | digest.charCodeAt(3)) >>> 0
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}
