import type { Answer } from '../chat/answer.js'
import type { ImageRef, RoomId, ServerNotice, UserId } from '../chat/engine.js'
import type { Picture } from './conversion.js'
import type { ImagePart, ReadableImage } from './image-store.js'

/**
 * Where pictures are kept, encrypted: the port. A picture can be read until its message goes, and five minutes long if it is not
 * sent.
 */
export interface PictureStore {
  /** Must come before anything else. */
  start(): Promise<void>

  /**
   * Refuses a person for whom not even the smallest picture could be kept, before theirs is converted.
   * @throws ChatError `person_full` when they hold too much already, `server_full` when all together do
   */
  admit(ownerId: UserId): Answer<void>

  /**
   * Keeps a picture until its sender sends it, and overwrites the given bytes. Resolves with its size in bytes and with when it is
   * deleted if they do not, by the clock.
   * @throws ChatError `person_full`, `server_full` when it would be too much; `storage_failed` when it cannot be kept
   */
  add(
    ref: ImageRef,
    roomId: RoomId,
    ownerId: UserId,
    picture: Pick<Picture, 'bytes' | 'still'>,
  ): Promise<{ readonly size: number; readonly expiresAt: number }>

  /**
   * Claims a picture for a message of its sender. The same message may claim it again.
   * @throws ChatError `image_not_found` for a picture of another person or room, and one that another message has claimed
   */
  claim(imageId: string, roomId: RoomId, userId: UserId, nonce: string): Answer<ImageRef>

  /** Gives back a claimed picture whose message was refused: another may claim it. */
  release(imageId: string): Answer<void>

  /** Keeps a claimed picture as long as its message. @param expiresAt by the clock */
  noteSent(imageId: string, expiresAt: number): Answer<void>

  /** Deletes a picture that was not sent. */
  discard(imageId: string): Answer<void>

  /** The picture, for those who may see it: its sender, and both people once it is sent. Null for anybody else. */
  find(imageId: string, userId: UserId, part?: ImagePart): Answer<ReadableImage | null>

  /** The facts of a picture that its sender has not sent yet, for its sender alone; null for anybody else. */
  findUnsent(imageId: string, roomId: RoomId, userId: UserId): Answer<ImageRef | null>

  /** What all pictures count for, on all nodes together, in bytes. */
  readHeldBytes(): Answer<number>

  /** Applies a notice of the engine: prolongs or deletes pictures. */
  take(notice: ServerNotice): Answer<void>

  /** Gives back what it holds of this process. What is in this process alone is deleted. */
  stop(): Promise<void>
}
