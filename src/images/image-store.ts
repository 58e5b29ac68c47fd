import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import { audienceOf, type EngineEvent, type ImageRef, type RoomId, type UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { SealedImage } from './sealed-image.js'

/** A picture that was uploaded and not sent is deleted after this. */
const unsentMs = 300_000

/** A picture that can be read by whoever asked for it. */
export interface ReadableImage {
  /** Bytes. */
  readonly size: number
  /** Begins to read it; see `SealedImage`. */
  open(): Promise<Readable>
}

interface Entry {
  readonly ref: ImageRef
  readonly size: number
  readonly roomId: RoomId
  readonly ownerId: UserId
  readonly sealed: SealedImage
  /** The nonce of the message that it goes with; the same message may ask again, another may not. */
  nonce: string | null
  /** Those who see its message; null while it is not sent. */
  people: readonly UserId[] | null
  /** The moment when it goes: of a sent picture, with its message. */
  expiresAt: number
  cancelTimer: () => void
}

/** Every picture there is, and who may see it until when. A picture goes with its message; the engine's events say when. */
export class ImageStore {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #entries = new Map<string, Entry>()
  readonly #byRoom = new Map<RoomId, Set<string>>()

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  /** Keeps a picture for its sender to send. The answer is the moment when it goes if they do not. */
  add(ref: ImageRef, size: number, roomId: RoomId, ownerId: UserId, sealed: SealedImage): number {
    const expiresAt = this.#clock.now() + unsentMs
    const cancelTimer = this.#clock.after(unsentMs, () => this.#drop(ref.id))
    const entry: Entry = { ref, size, roomId, ownerId, sealed, nonce: null, people: null, expiresAt, cancelTimer }
    this.#entries.set(ref.id, entry)
    const inRoom = this.#byRoom.get(roomId) ?? new Set()
    this.#byRoom.set(roomId, inRoom.add(ref.id))
    return expiresAt
  }

  /**
   * Takes a picture for a message of its sender's; the same message may take it again.
   * @throws ChatError `image_not_found`
   */
  claim(imageId: string, roomId: RoomId, userId: UserId, nonce: string): ImageRef {
    const entry = this.#living(imageId)
    const isTheirs = entry?.ownerId === userId && entry.roomId === roomId
    if (!entry || !isTheirs || (entry.nonce ?? nonce) !== nonce) throw new ChatError('image_not_found')
    entry.nonce = nonce
    return entry.ref
  }

  /** A claimed picture whose message was refused may be sent by another. */
  release(imageId: string): void {
    const entry = this.#entries.get(imageId)
    if (entry && !entry.people) entry.nonce = null
  }

  /** Drops a picture that no message was sent with. */
  discard(imageId: string): void {
    if (!this.#entries.get(imageId)?.people) this.#drop(imageId)
  }

  /** The picture, to whom it may be shown: its sender, and once it is sent the other; null to anybody else. */
  find(imageId: string, userId: UserId): ReadableImage | null {
    const entry = this.#living(imageId)
    const isTheirs = entry?.people?.includes(userId) ?? entry?.ownerId === userId
    return entry && isTheirs ? { size: entry.size, open: () => entry.sealed.open(userId) } : null
  }

  /** What a picture that its sender has not sent yet looks like; null when there is none. */
  findUnsent(imageId: string, roomId: RoomId, userId: UserId): ImageRef | null {
    const entry = this.#living(imageId)
    return entry && entry.ownerId === userId && entry.roomId === roomId && !entry.people ? entry.ref : null
  }

  /** Follows the messages: a picture is shown, and goes, with its own. */
  take(event: EngineEvent): void {
    if (event.type === 'message.sent' && event.message.image) {
      const entry = this.#entries.get(event.message.image.id)
      if (!entry) return
      entry.cancelTimer()
      entry.people = audienceOf(event)
      entry.expiresAt = event.message.expiresAt
    }
    if (event.type === 'messages.kept') {
      for (const { image, expiresAt } of event.messages) {
        const entry = image && this.#entries.get(image.id)
        if (entry) entry.expiresAt = expiresAt
      }
    }
    if (event.type === 'message.removed') {
      for (const { imageId } of event.messages) if (imageId) this.#drop(imageId)
    }
    if (event.type === 'room.dissolved') this.#dropAll([...event.imageIds, ...(this.#byRoom.get(event.roomId) ?? [])])
  }

  /** Drops what a person uploaded and did not send. */
  forgetPerson(userId: UserId): void {
    this.#dropAll([...this.#entries.values()].filter(entry => entry.ownerId === userId).map(({ ref }) => ref.id))
  }

  /** Drops everything; the answer comes when the files are gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map(imageId => this.#drop(imageId)))
  }

  #living(imageId: string): Entry | null {
    const entry = this.#entries.get(imageId)
    return entry && entry.expiresAt > this.#clock.now() ? entry : null
  }

  #dropAll(imageIds: Iterable<string>): void {
    for (const imageId of imageIds) void this.#drop(imageId)
  }

  async #drop(imageId: string): Promise<void> {
    const entry = this.#entries.get(imageId)
    if (!entry) return
    entry.cancelTimer()
    this.#entries.delete(imageId)
    const inRoom = this.#byRoom.get(entry.roomId)
    inRoom?.delete(imageId)
    if (inRoom?.size === 0) this.#byRoom.delete(entry.roomId)
    await entry.sealed.destroy().catch((error: unknown) => this.#log.error({ err: error }, 'a picture could not go'))
  }
}
