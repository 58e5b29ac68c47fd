import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { UploadFolder } from './upload-folder.js'

const algorithm = 'aes-256-gcm'
const keyBytes = 32
const ivBytes = 12

/** An encrypted picture on disk, whose key is in memory alone. Destroying the key deletes the picture. */
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

  /** Encrypts a picture with a key of its own, and overwrites the given bytes. */
  static async seal(bytes: Buffer, folder: UploadFolder): Promise<SealedImage> {
    const key = randomBytes(keyBytes)
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv(algorithm, key, iv)
    const parts = [cipher.update(bytes), cipher.final()]
    bytes.fill(0)
    return new SealedImage(folder, await folder.write(parts), { key, iv, tag: cipher.getAuthTag() })
  }

  /**
   * Opens the picture: a stream that decrypts as it is read. It fails when the key is destroyed, and at its end if the
   * file was changed. The first part is read before it resolves, so that a failure can still be answered.
   * @throws ChatError `server_busy` when no descriptor is left; `not_found` when the picture is deleted
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

  /** Overwrites the key, ends every stream, and removes the file. */
  async destroy(): Promise<void> {
    this.#key.fill(0)
    this.#readers.abort()
    await this.#folder.remove(this.#name)
  }
}
