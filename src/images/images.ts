import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { type Answer, attempt } from '../chat/answer.js'
import type { Clock } from '../chat/clock.js'
import type { ImageRef, RoomId, UserId } from '../chat/engine.js'
import { ChatError, PicturesFull, UnsupportedImage } from '../chat/errors.js'
import { normaliseText } from '../chat/message-input.js'
import type { ClaimImage, Rooms } from '../chat/rooms.js'
import type { ImageRules } from './conversion.js'
import { Converter } from './converter.js'
import { HeldUploads } from './held-uploads.js'
import { foreignKindOf, kindOf } from './image-kind.js'
import type { ImagePart, ReadableImage } from './image-store.js'
import { LocalPictures } from './local-pictures.js'
import { largestPicture, type PictureCaps } from './picture-space.js'
import type { PictureStore } from './picture-store.js'

/** The longest description of a picture, in UTF-16 units: about a paragraph. */
export const maxDescription = 1000

/** A file that someone uploads for a room. Its bytes are overwritten once it is converted. */
export interface Upload {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly bytes: Buffer
  readonly alt: string
}

/** An accepted picture. Width and height in pixels, size in bytes. Deleted at `expiresAt` unless it is sent. */
export interface AcceptedImage extends ImageRef {
  readonly size: number
  readonly expiresAt: number
}

/** What pictures need: their limits and folder, and the engine whose messages they go with. */
export interface ImagesOptions {
  readonly rules: ImageRules & PictureCaps & { readonly uploadDir: string }
  /** How long a picture lives once it is sent, in ms, if its message does not live shorter. */
  readonly imageTtlMs: number
  readonly rooms: Pick<Rooms, 'reads' | 'onNotice'>
  readonly clock: Clock
  readonly log: Logger
  /** Where pictures are kept; files of this process by default. */
  readonly store?: PictureStore | undefined
}

/** Pictures: converting, sealing, showing and deleting them. */
export class Images {
  /** The memory of uploads that are not yet converted, from pages and programs. */
  readonly uploads: HeldUploads
  readonly #options: ImagesOptions
  readonly #converter: Converter
  readonly #store: PictureStore
  readonly #endNotices: () => void

  constructor(options: ImagesOptions) {
    this.#options = options
    this.uploads = new HeldUploads(options.rules.maxSize)
    const maxSize = Math.min(options.rules.maxSize, largestPicture(options.rules))
    this.#converter = new Converter({ ...options.rules, maxSize }, options.log)
    this.#store = options.store ?? new LocalPictures(options.rules, options.clock, options.log)
    this.#endNotices = options.rooms.onNotice(notice => this.#do(() => this.#store.take(notice)))
  }

  /**
   * Opens the place where pictures are kept.
   * @throws ConfigError when it is a folder that another server uses, or that cannot be used
   */
  start(): Promise<void> {
    return this.#store.start()
  }

  /** Converts no more. Pictures that are kept in this process are deleted. */
  async stop(): Promise<void> {
    this.#endNotices()
    this.#converter.stop()
    await this.#store.stop()
  }

  /**
   * Refuses anybody who is not one of a room's two people.
   * @throws ChatError `not_found`
   */
  async admit(roomId: RoomId, userId: UserId): Promise<void> {
    if (!(await this.#options.rooms.reads.isMember(roomId, userId))) throw new ChatError('not_found')
  }

  /**
   * Converts a picture, seals it, and keeps it until its sender sends it.
   * @param signal aborted once whoever asked has gone
   * @throws ChatError `not_found` for the room; `image_unsupported`, `image_too_large`, `image_too_many_pixels`,
   *   `image_invalid`, `image_description_invalid`, `server_busy`; `person_full`, `server_full` when it is too much to
   *   keep; `storage_failed` when it cannot be kept
   */
  async accept({ roomId, userId, bytes, alt }: Upload, signal: AbortSignal): Promise<AcceptedImage> {
    const description = readDescription(alt)
    if (!kindOf(bytes)) throw new UnsupportedImage(foreignKindOf(bytes))
    await namePictures(() => this.#store.admit(userId))
    const picture = await this.#converter.convert(bytes, userId, signal)
    const { width, height, still, ground } = picture
    const image: ImageRef = {
      id: randomBytes(16).toString('base64url'),
      width,
      height,
      alt: description,
      ...(still && { moves: true }),
      ...(ground && { ground }),
    }
    const { size, expiresAt } = await this.#add(image, roomId, userId, picture)
    try {
      // Again, now that it is stored: a room that ended meanwhile could not delete it.
      await this.admit(roomId, userId)
      if (signal.aborted) throw new ChatError('bad_request')
    } catch (error) {
      await this.#store.discard(image.id)
      throw error
    }
    return { ...image, size, expiresAt }
  }

  async #add(...[image, roomId, userId, picture]: Parameters<PictureStore['add']>) {
    try {
      return await namePictures(() => this.#store.add(image, roomId, userId, picture))
    } finally {
      // Where it was refused too.
      picture.bytes.fill(0)
      picture.still?.fill(0)
    }
  }

  /** Claims a picture for a message; see `ClaimImage`. */
  readonly claim: ClaimImage = async (imageId, roomId, userId, nonce) => {
    const image = await this.#store.claim(imageId, roomId, userId, nonce)
    return {
      image,
      lifetimeMs: this.#options.imageTtlMs,
      settle: sent =>
        this.#do(() => {
          if (sent === null) return this.#store.release(imageId)
          const isThis = sent.image?.id === imageId
          return isThis ? this.#store.noteSent(imageId, sent.expiresAt) : this.#store.discard(imageId)
        }),
    }
  }

  /** The facts of a picture that this person uploaded for a room and has not sent yet, or null. */
  findUnsent(imageId: string, roomId: RoomId, userId: UserId): Answer<ImageRef | null> {
    return this.#store.findUnsent(imageId, roomId, userId)
  }

  /** A picture for someone who may see it; null for anybody else, as for a picture that does not exist. */
  find(imageId: string, userId: UserId, part?: ImagePart): Answer<ReadableImage | null> {
    return this.#store.find(imageId, userId, part)
  }

  /** What all pictures count for, on all nodes together, in bytes. */
  readHeldBytes(): Answer<number> {
    return this.#store.readHeldBytes()
  }

  /** Does what nobody waits for. */
  #do(work: () => Answer<void>): void {
    const note = (error: unknown) => this.#options.log.error({ err: error }, 'a picture could not be kept or deleted')
    void attempt(work, note)
  }
}

/** Has a person who may hold no more read that it is their pictures that fill their space. */
async function namePictures<T>(work: () => Answer<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ChatError && error.code === 'person_full' ? new PicturesFull() : error
  }
}

/** A description as one line of text, as an input field holds it. */
function readDescription(typed: string): string {
  try {
    return normaliseText(typed, maxDescription).replace(/\s+/g, ' ').trim()
  } catch (error) {
    if (error instanceof ChatError) throw new ChatError('image_description_invalid')
    throw error
  }
}
