import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { ImageRef, RoomId, ServerNotice, UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { SealedImage } from './sealed-image.js'

/** Milliseconds after which a picture that was uploaded and not sent is deleted. */
export const unsentMs = 300_000

/** A picture, for the person who asked for it. */
export interface ReadableImage {
  /** Bytes. */
  readonly size: number
  /** Whether all of it is in memory while it is read; else a part at a time. */
  readonly isHeldWhole?: boolean
  /** Opens it for reading; see `SealedImage`. */
  open(): Promise<Readable>
}

/** An encrypted picture, and its size in bytes before it was encrypted. */
export interface StoredImage {
  readonly size: number
  readonly sealed: SealedImage
}

/** Which of an animation is meant: itself or its first frame. Any other picture is its own still. */
export type ImagePart = 'whole' | 'still'

interface Entry {
  readonly ref: ImageRef
  readonly roomId: RoomId
  readonly ownerId: UserId
  readonly whole: StoredImage
  /** The first frame of an animation, or null. */
  readonly still: StoredImage | null
  /** The nonce of the message that claimed it: that one may claim it again, another may not. */
  nonce: string | null
  /** The people who see its message; null while it is not sent. */
  people: readonly UserId[] | null
  /** When it is deleted: a sent picture with its message. */
  expiresAt: number
  cancelTimer: () => void
  readonly onGone: () => void
}

/**
 * Every picture, who may see it, and until when. A picture is deleted with its message, which the engine's notices tell.
 */
export class ImageStore {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #entries = new Map<string, Entry>()
  readonly #byRoom = new Map<RoomId, Set<string>>()

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  /**
   * Keeps a picture until its sender sends it. Returns when it is deleted if they do not, by the clock.
   * @param still the first frame, if the picture moves
   * @param onGone called once nothing is kept of it any more
   */
  add(
    ref: ImageRef,
    roomId: RoomId,
    ownerId: UserId,
    whole: StoredImage,
    still: StoredImage | null,
    onGone = () => {},
  ): number {
    const expiresAt = this.#clock.now() + unsentMs
    const cancelTimer = this.#clock.after(unsentMs, () => void this.#drop(ref.id))
    const state = { nonce: null, people: null, expiresAt, cancelTimer, onGone }
    this.#entries.set(ref.id, { ref, roomId, ownerId, whole, still, ...state })
    const inRoom = this.#byRoom.get(roomId) ?? new Set()
    this.#byRoom.set(roomId, inRoom.add(ref.id))
    return expiresAt
  }

  /**
   * Claims a picture for a message of its sender. The same message may claim it again.
   * @throws ChatError `image_not_found` for a picture of another person or room, and one that another message has
   * claimed
   */
  claim(imageId: string, roomId: RoomId, userId: UserId, nonce: string): ImageRef {
    const entry = this.#living(imageId)
    const isTheirs = entry?.ownerId === userId && entry.roomId === roomId
    if (!entry || !isTheirs || (entry.nonce ?? nonce) !== nonce) throw new ChatError('image_not_found')
    entry.nonce = nonce
    return entry.ref
  }

  /** Gives back a claimed picture whose message was refused: another may claim it. */
  release(imageId: string): void {
    const entry = this.#entries.get(imageId)
    if (entry && !entry.people) entry.nonce = null
  }

  /** Deletes a picture unless it was sent. */
  discard(imageId: string): void {
    if (!this.#entries.get(imageId)?.people) void this.#drop(imageId)
  }

  /** The picture, for those who may see it: its sender, and both people once it is sent. Null for anybody else. */
  find(imageId: string, userId: UserId, part: ImagePart = 'whole'): ReadableImage | null {
    const entry = this.#living(imageId)
    const isTheirs = entry?.people?.includes(userId) ?? entry?.ownerId === userId
    if (!entry || !isTheirs) return null
    const { size, sealed } = (part === 'still' && entry.still) || entry.whole
    return { size, open: () => sealed.open(userId) }
  }

  /** The facts of a picture that its sender has not sent yet, for its sender alone; null for anybody else. */
  findUnsent(imageId: string, roomId: RoomId, userId: UserId): ImageRef | null {
    const entry = this.#living(imageId)
    return entry && entry.ownerId === userId && entry.roomId === roomId && !entry.people ? entry.ref : null
  }

  /** Applies a notice of the engine: publishes, prolongs or deletes pictures. */
  take(notice: ServerNotice): void {
    switch (notice.type) {
      case 'image.sent': {
        const entry = this.#entries.get(notice.imageId)
        if (!entry) return
        entry.cancelTimer()
        entry.people = notice.viewerIds
        entry.expiresAt = notice.expiresAt
        return
      }
      case 'image.kept': {
        const entry = this.#entries.get(notice.imageId)
        if (entry) entry.expiresAt = notice.expiresAt
        return
      }
      case 'messages.removed':
        for (const imageId of notice.imageIds) void this.#drop(imageId)
        return
      case 'room.dissolved':
        for (const imageId of [...(this.#byRoom.get(notice.roomId) ?? [])]) void this.#drop(imageId)
        return
      default:
        notice satisfies never
    }
  }

  /** Deletes everything. Resolves once the files are gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map(imageId => this.#drop(imageId)))
  }

  #living(imageId: string): Entry | null {
    const entry = this.#entries.get(imageId)
    return entry && entry.expiresAt > this.#clock.now() ? entry : null
  }

  async #drop(imageId: string): Promise<void> {
    const entry = this.#entries.get(imageId)
    if (!entry) return
    entry.cancelTimer()
    this.#entries.delete(imageId)
    const inRoom = this.#byRoom.get(entry.roomId)
    inRoom?.delete(imageId)
    if (inRoom?.size === 0) this.#byRoom.delete(entry.roomId)
    await Promise.all([entry.whole.sealed.destroy(), entry.still?.sealed.destroy()]).catch((error: unknown) =>
      this.#log.error({ err: error }, 'a picture could not be deleted'),
    )
    entry.onGone()
  }
}
