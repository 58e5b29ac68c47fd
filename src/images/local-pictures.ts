import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { ImageRef, RoomId, ServerNotice, UserId } from '../chat/engine.js'
import type { Picture } from './conversion.js'
import { type ImagePart, ImageStore, type ReadableImage, type StoredImage } from './image-store.js'
import { countPicture, leastCount, type PictureCaps, PictureSpace } from './picture-space.js'
import type { PictureStore } from './picture-store.js'
import { SealedImage } from './sealed-image.js'
import { UploadFolder } from './upload-folder.js'

/** Pictures of this process: encrypted files, whose keys are in memory alone. */
export class LocalPictures implements PictureStore {
  readonly #folder: UploadFolder
  readonly #store: ImageStore
  readonly #space: PictureSpace

  /** @param options the folder of the files, and how much they may take */
  constructor(options: PictureCaps & { readonly uploadDir: string }, clock: Clock, log: Logger) {
    this.#folder = new UploadFolder(options.uploadDir, log)
    this.#store = new ImageStore(clock, log)
    this.#space = new PictureSpace(options)
  }

  /**
   * Opens the upload folder, which this server alone may use.
   * @throws ConfigError when another server uses it, and when it cannot be used
   */
  start(): Promise<void> {
    return this.#folder.open()
  }

  admit(ownerId: UserId): void {
    this.#space.refuseOver(ownerId, leastCount)
  }

  async add(
    ref: ImageRef,
    roomId: RoomId,
    ownerId: UserId,
    picture: Pick<Picture, 'bytes' | 'still'>,
  ): Promise<{ size: number; expiresAt: number }> {
    // Counted before it is written: others may come meanwhile.
    const giveBack = this.#space.take(ownerId, countPicture(picture))
    try {
      const [whole, still] = await this.#seal(picture)
      return { size: whole.size, expiresAt: this.#store.add(ref, roomId, ownerId, whole, still, giveBack) }
    } catch (error) {
      giveBack()
      throw error
    }
  }

  claim(imageId: string, roomId: RoomId, userId: UserId, nonce: string): ImageRef {
    return this.#store.claim(imageId, roomId, userId, nonce)
  }

  release(imageId: string): void {
    this.#store.release(imageId)
  }

  /** The engine's notice has told already, and before anybody could ask for the picture. */
  noteSent(): void {}

  discard(imageId: string): void {
    this.#store.discard(imageId)
  }

  find(imageId: string, userId: UserId, part?: ImagePart): ReadableImage | null {
    return this.#store.find(imageId, userId, part)
  }

  findUnsent(imageId: string, roomId: RoomId, userId: UserId): ImageRef | null {
    return this.#store.findUnsent(imageId, roomId, userId)
  }

  readHeldBytes(): number {
    return this.#space.held
  }

  take(notice: ServerNotice): void {
    this.#store.take(notice)
  }

  /** Deletes every picture. */
  async stop(): Promise<void> {
    await this.#store.stop()
    await this.#folder.close()
  }

  /** Encrypts a picture and its still, or neither. */
  async #seal({
    bytes,
    still,
  }: Pick<Picture, 'bytes' | 'still'>): Promise<[whole: StoredImage, still: StoredImage | null]> {
    const seal = async (part: Buffer) => ({ size: part.length, sealed: await SealedImage.seal(part, this.#folder) })
    const [whole, first] = await Promise.allSettled([seal(bytes), still && seal(still)])
    if (whole.status === 'fulfilled' && first.status === 'fulfilled') return [whole.value, first.value]
    for (const part of [whole, first]) if (part.status === 'fulfilled') await part.value?.sealed.destroy()
    const [reason] = [whole, first].flatMap(part => (part.status === 'rejected' ? [part.reason] : []))
    throw reason
  }
}
