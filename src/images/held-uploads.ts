import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'

/** Forms of one person at once that may bring a picture, and forms of any kind: more than a browser sends at once. */
const mostEach = { pictures: 6, forms: 12 }
/** Bytes of all pictures together. One that is alone may be larger, up to MAX_IMAGE_SIZE. */
export const mostBytes = 64 * 1_048_576
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
  /** Counts so many bytes more of its picture. Where they are too many there is a refusal from then on, and none count. */
  grow(bytes: number): void
  /** To be called once it is answered. */
  end(): void
}

/** What uploads hold in memory before they are converted, bounded for each person and for all together. */
export class HeldUploads {
  readonly #forms = new Tally()
  readonly #pictures = new Tally()
  #bytes = 0

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
    const release = () => {
      this.#bytes -= held
      held = 0
    }
    return {
      get refusal() {
        return refusal
      },
      beginPicture: () => {
        if (!isOver) endPicture = this.#pictures.add(userId, mostEach.pictures)
      },
      grow: bytes => {
        held += bytes
        this.#bytes += bytes
        if (!isOver && (this.#bytes <= mostBytes || this.#bytes === held)) return
        release()
        refusal = new ChatError('server_busy', retryAfterMs)
      },
      end: () => {
        isOver = true
        release()
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
