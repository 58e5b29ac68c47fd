import { createHmac } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Clock } from '../chat/clock.js'
import type { ImageRef, RoomId, ServerNotice, UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { ByteLedger } from '../shared-store/byte-ledger.js'
import { seal, unseal } from '../shared-store/sealing.js'
import type { SharedStore } from '../shared-store/shared-store.js'
import type { Picture } from './conversion.js'
import { type ImagePart, type ReadableImage, unsentMs } from './image-store.js'
import { type Facts, factsSchema, refOf } from './picture-facts.js'
import { countPicture, leastCount } from './picture-space.js'
import type { PictureStore } from './picture-store.js'

/** What is kept of a picture, each under a key of its own. */
const kinds = ['facts', 'claim', 'sent', 'whole', 'still'] as const
type Kind = (typeof kinds)[number]

export interface SharedPicturesOptions {
  /** On a connection of its own: others would wait behind the bytes of pictures. */
  readonly store: SharedStore
  /** Counts what pictures take. */
  readonly ledger: ByteLedger
  readonly isMember: (roomId: RoomId, userId: UserId) => Promise<boolean>
  /** The same on every node. */
  readonly secret: string
  readonly clock: Clock
}

/**
 * Pictures that all nodes share. What is kept is encrypted by a key that is made of the picture's id, which its message alone has,
 * and of a secret that no store has: once the message is gone, nobody can read what may be left of its picture.
 */
export class SharedPictures implements PictureStore {
  readonly #options: SharedPicturesOptions

  constructor(options: SharedPicturesOptions) {
    this.#options = options
  }

  async start(): Promise<void> {}

  admit(ownerId: UserId): Promise<void> {
    return this.#options.ledger.refuseOver(this.#ownerOf(ownerId), leastCount)
  }

  async add(
    ref: ImageRef,
    roomId: RoomId,
    ownerId: UserId,
    { bytes, still }: Pick<Picture, 'bytes' | 'still'>,
  ): Promise<{ size: number; expiresAt: number }> {
    const { store, ledger, clock } = this.#options
    const facts: Facts = { ref: { ...ref }, roomId, ownerId, size: bytes.length, stillSize: still?.length ?? null }
    const keep = (kind: Kind, plain: Buffer) =>
      store.set(this.#keyOf(kind, ref.id), this.#seal(ref.id, plain), unsentMs)
    await ledger.take(this.#entryOf(ref.id), this.#ownerOf(ownerId), countPicture({ bytes, still }), unsentMs)
    const expiresAt = clock.now() + unsentMs
    try {
      await keep('whole', bytes)
      if (still) await keep('still', still)
      await keep('facts', Buffer.from(JSON.stringify(facts)))
    } catch (error) {
      await this.discard(ref.id)
      throw error
    }
    return { size: facts.size, expiresAt }
  }

  async claim(imageId: string, roomId: RoomId, userId: UserId, nonce: string): Promise<ImageRef> {
    const { store } = this.#options
    const facts = await this.#read(imageId)
    if (facts?.ownerId !== userId || facts.roomId !== roomId) throw new ChatError('image_not_found')
    const [key, claim] = [this.#keyOf('claim', imageId), this.#digest('nonce', nonce).toString('base64url')]
    if (await store.set(key, claim, unsentMs, 'new')) return refOf(facts)
    const claimed = (await store.get(key))?.value.toString()
    if (claimed !== claim) throw new ChatError('image_not_found')
    return refOf(facts)
  }

  async release(imageId: string): Promise<void> {
    await this.#options.store.delete(this.#keyOf('claim', imageId))
  }

  async noteSent(imageId: string, expiresAt: number): Promise<void> {
    const isFirst = await this.#options.store.set(this.#keyOf('sent', imageId), 'sent', unsentMs, 'new')
    // Every node hears of it, and one is enough.
    if (isFirst) await this.#prolong(imageId, expiresAt)
  }

  async discard(imageId: string): Promise<void> {
    for (const kind of kinds) await this.#options.store.delete(this.#keyOf(kind, imageId))
    await this.#options.ledger.release(this.#entryOf(imageId))
  }

  async find(imageId: string, userId: UserId, part: ImagePart = 'whole'): Promise<ReadableImage | null> {
    const facts = await this.#read(imageId)
    if (facts === null) return null
    // Once it is claimed, its id is known to those alone who were shown its message.
    if (facts.ownerId !== userId && !(await this.#isClaimed(imageId))) return null
    if (!(await this.#options.isMember(facts.roomId, userId))) return null
    const isStill = part === 'still' && facts.stillSize !== null
    const kind = isStill ? 'still' : 'whole'
    const size = isStill ? (facts.stillSize ?? 0) : facts.size
    return { size, isHeldWhole: true, open: () => this.#open(kind, imageId) }
  }

  async findUnsent(imageId: string, roomId: RoomId, userId: UserId): Promise<ImageRef | null> {
    const facts = await this.#read(imageId)
    if (facts?.ownerId !== userId || facts.roomId !== roomId) return null
    return (await this.#isSent(imageId)) ? null : refOf(facts)
  }

  readHeldBytes(): Promise<number> {
    return this.#options.ledger.readHeld()
  }

  async take(notice: ServerNotice): Promise<void> {
    switch (notice.type) {
      case 'image.sent':
        return this.noteSent(notice.imageId, notice.expiresAt)
      case 'image.kept':
        return this.#prolong(notice.imageId, notice.expiresAt)
      case 'messages.removed':
        for (const imageId of notice.imageIds) await this.discard(imageId)
        return
      case 'room.dissolved':
        // Nobody is a member of it, and its messages have taken the ids of its pictures with them: what is left goes by its time.
        return
      default:
        notice satisfies never
    }
  }

  /** Pictures outlive a node. */
  async stop(): Promise<void> {}

  async #open(kind: Kind, imageId: string): Promise<Readable> {
    const kept = await this.#options.store.get(this.#keyOf(kind, imageId))
    if (kept === null) throw new ChatError('not_found')
    return Readable.from([this.#unseal(imageId, kept.value)], { objectMode: false })
  }

  async #read(imageId: string): Promise<Facts | null> {
    const kept = await this.#options.store.get(this.#keyOf('facts', imageId))
    return kept && factsSchema.parse(JSON.parse(this.#unseal(imageId, kept.value).toString()))
  }

  async #prolong(imageId: string, expiresAt: number): Promise<void> {
    const { store, ledger, clock } = this.#options
    const ttlMs = Math.max(expiresAt - clock.now(), 1)
    for (const kind of kinds) await store.prolong(this.#keyOf(kind, imageId), ttlMs)
    await ledger.prolong(this.#entryOf(imageId), ttlMs)
  }

  async #isClaimed(imageId: string): Promise<boolean> {
    return (await this.#options.store.get(this.#keyOf('claim', imageId))) !== null || this.#isSent(imageId)
  }

  async #isSent(imageId: string): Promise<boolean> {
    return (await this.#options.store.get(this.#keyOf('sent', imageId))) !== null
  }

  #seal(imageId: string, plain: Buffer): Buffer {
    const sealed = seal(this.#digest('key', imageId), plain)
    plain.fill(0)
    return sealed
  }

  #unseal(imageId: string, sealed: Buffer): Buffer {
    return unseal(this.#digest('key', imageId), sealed)
  }

  /** The store is not told the id, so that nothing that it holds can open a picture. */
  #keyOf(kind: Kind, imageId: string): string {
    return `picture-${kind}:${this.#entryOf(imageId)}`
  }

  #entryOf(imageId: string): string {
    return this.#digest('name', imageId).toString('base64url')
  }

  #ownerOf(userId: UserId): string {
    return this.#digest('owner', userId).toString('base64url')
  }

  #digest(purpose: 'key' | 'name' | 'nonce' | 'owner', text: string): Buffer {
    return createHmac('sha256', this.#options.secret).update(`picture ${purpose} ${text}`).digest()
  }
}
