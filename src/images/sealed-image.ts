import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { UploadFolder } from './upload-folder.js'

const algorithm = 'aes-256-gcm'
const keyBytes = 32
const ivBytes = 12

/** A picture on disk that nobody can read without what is held here, in memory alone. Destroying the key is the deletion. */
export class SealedImage {
  readonly #folder: UploadFolder
  readonly #name: string
  readonly #key: Buffer
  readonly #iv: Buffer
  readonly #tag: Buffer
  readonly #readers = new AbortController()

  private constructor(folder: UploadFolder, name: string, secret: { key: Buffer; iv: Buffer; tag: Buffer }) {
    this.#folder = folder
    this.#name = name
    this.#key = secret.key
    this.#iv = secret.iv
    this.#tag = secret.tag
  }

  /** Seals a picture with a key of its own, and overwrites the bytes that were given. */
  static async seal(bytes: Buffer, folder: UploadFolder): Promise<SealedImage> {
    const key = randomBytes(keyBytes)
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv(algorithm, key, iv)
    const parts = [cipher.update(bytes), cipher.final()]
    bytes.fill(0)
    return new SealedImage(folder, await folder.write(parts), { key, iv, tag: cipher.getAuthTag() })
  }

  /**
   * Writes the picture as it is decrypted, and ends the stream. Whoever is still reading when the key goes is cut.
   * @throws Error when the reader goes away, the picture goes, or the file was changed
   */
  async writeTo(out: Writable): Promise<void> {
    const decipher = createDecipheriv(algorithm, this.#key, this.#iv)
    decipher.setAuthTag(this.#tag)
    await pipeline(this.#folder.read(this.#name), decipher, out, { signal: this.#readers.signal })
  }

  /** Overwrites the key, cuts whoever is reading, and removes the file. */
  async destroy(): Promise<void> {
    this.#key.fill(0)
    this.#readers.abort()
    await this.#folder.remove(this.#name)
  }
}
