import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
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
   * Begins to read the picture: what it answers is decrypted as it is taken, and destroyed when the key goes or, at its
   * end, when the file was changed. By then its beginning is read, so that what hinders that can still be said.
   * @throws ChatError `server_busy` when there is no descriptor for it; `not_found` when the picture has gone
   */
  async open(readerId: UserId): Promise<Readable> {
    const decipher = createDecipheriv(algorithm, this.#key, this.#iv)
    decipher.setAuthTag(this.#tag)
    const sealed = this.#folder.read(this.#name, readerId)
    const first = await sealed.next().catch((error: unknown) => {
      throw this.#readers.signal.aborted ? new ChatError('not_found') : error
    })
    if (this.#readers.signal.aborted) throw new ChatError('not_found')
    async function* decrypt() {
      if (!first.done) yield decipher.update(first.value)
      for await (const part of sealed) yield decipher.update(part)
      decipher.final()
    }
    return addAbortSignal(this.#readers.signal, Readable.from(decrypt(), { objectMode: false, highWaterMark: 0 }))
  }

  /** Overwrites the key, cuts whoever is reading, and removes the file. */
  async destroy(): Promise<void> {
    this.#key.fill(0)
    this.#readers.abort()
    await this.#folder.remove(this.#name)
  }
}
