import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'

/** Forms of one person at once that may bring a picture, and forms of any kind: more than a browser sends at once. */
const mostEach = { pictures: 6, forms: 12 }
/** Bytes of all pictures together, and how many people share them at least where a picture may be no larger than a share. */
export const mostBytes = 64 * 1_048_576
const sharers = 4
/** About what a few pictures take. */
const retryAfterMs = 5000

/** A form that is being read, until it is answered. */
export interface HeldForm {
  /** Why its picture is not held any more, or null. */
  readonly refusal: ChatError | null
  /**
   * To be called before its picture is read.
   * @throws ChatError `server_busy` when too many pictures of the person are held
   */
  beginPicture(): void
  /** Counts so many bytes more of its picture. Where they are too many it is refused. */
  grow(bytes: number): void
  /** Its picture is not held, nor any of it counted, from now on. */
  refuse(refusal: ChatError): void
  /** To be called once it is answered. */
  end(): void
}

/**
 * What uploads hold in memory before they are converted, bounded for each person and for all together. A person's share
 * has room for a picture of the largest size, and two shares are held at least: nobody takes all.
 */
export class HeldUploads {
  readonly #forms = new Tally()
  readonly #pictures = new Tally()
  readonly #share: number
  readonly #most: number
  readonly #bytesEach = new Map<UserId, number>()
  #bytes = 0

  /** @param maxSize bytes of the largest picture */
  constructor(maxSize: number) {
    this.#share = Math.max(mostBytes / sharers, maxSize)
    this.#most = Math.max(mostBytes, 2 * this.#share)
  }

  /**
   * Counts a form of a person's.
   * @throws ChatError `server_busy` when it is so many that not even what stands beside the picture is read
   */
  begin(userId: UserId): HeldForm {
    const endForm = this.#forms.add(userId, mostEach.forms)
    let endPicture = () => {}
    let isOver = false
    let held = 0
    let refusal: ChatError | null = null
    const count = (bytes: number) => {
      held += bytes
      this.#bytes += bytes
      const ofPerson = (this.#bytesEach.get(userId) ?? 0) + bytes
      if (ofPerson > 0) this.#bytesEach.set(userId, ofPerson)
      else this.#bytesEach.delete(userId)
      return this.#bytes <= this.#most && ofPerson <= this.#share
    }
    const refuse = (why: ChatError) => {
      count(-held)
      refusal = why
    }
    return {
      get refusal() {
        return refusal
      },
      beginPicture: () => {
        if (!isOver) endPicture = this.#pictures.add(userId, mostEach.pictures)
      },
      grow: bytes => {
        if (!count(bytes) || isOver) refuse(new ChatError('server_busy', retryAfterMs))
      },
      refuse,
      end: () => {
        isOver = true
        count(-held)
        endPicture()
        endForm()
      },
    }
  }
}

/** How many a person has of something. */
class Tally {
  readonly #counts = new Map<UserId, number>()

  /** Counts one more, unless there are `most`; the answer takes it back. */
  add(userId: UserId, most: number): () => void {
    const count = this.#counts.get(userId) ?? 0
    if (count >= most) throw new ChatError('server_busy', retryAfterMs)
    this.#counts.set(userId, count + 1)
    return () => {
      const rest = (this.#counts.get(userId) ?? 0) - 1
      if (rest > 0) this.#counts.set(userId, rest)
      else this.#counts.delete(userId)
    }
  }
}
