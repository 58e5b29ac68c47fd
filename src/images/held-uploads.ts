import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'

/** How many forms of one person may be read at once, with a picture and of any kind: more than a browser sends. */
const mostEach = { pictures: 6, forms: 12 }
/** Bytes of all pictures together. At least so many people share them, unless a picture may be larger than a share. */
export const mostBytes = 64 * 1_048_576
const sharers = 4
/** Milliseconds over which the pace of an upload is measured. */
const paceWindowMs = 3000
/**
 * Bytes a second. A slower upload gives way when memory is full. The largest picture takes about two minutes at this
 * pace.
 */
const leastPace = 16_384
/** Time to convert a few pictures, ms. */
const retryAfterMs = 5000

const tooMany = () => new ChatError('server_busy', retryAfterMs)

/** A form, from the beginning of its request until it is answered. */
export interface HeldForm {
  /** Why its picture was dropped, or null. */
  readonly refusal: ChatError | null
  /**
   * Must be called before its picture is read.
   * @throws ChatError `server_busy` when too many pictures of the person are held
   */
  beginPicture(): void
  /** Notes that so many bytes of its picture have come. */
  receive(bytes: number): void
  /** Notes that it has come whole, so that its pace no longer matters. */
  complete(): void
  /** Counts so many more bytes of memory for its picture, which is refused if that is too much. */
  grow(bytes: number): void
  /** Drops its picture, of which nothing counts from now on. */
  refuse(refusal: ChatError): void
  /** Must be called once the form is answered. */
  end(): void
}

/**
 * The memory that uploads hold until they are converted, bounded for each person and for all together. A person's share
 * has room for the largest picture, and there are two shares at least, so that nobody takes all. When all is taken, the
 * slowest upload gives way to a new one if it has almost stopped.
 */
export class HeldUploads {
  readonly #forms = new Tally()
  readonly #pictures = new Tally()
  readonly #share: number
  readonly #most: number
  readonly #bytesEach = new Map<UserId, number>()
  readonly #held = new Set<Upload>()
  readonly #now: () => number
  #bytes = 0

  /**
   * @param maxSize the bytes of the largest picture
   * @param now a monotonic clock, in ms
   */
  constructor(maxSize: number, now = () => performance.now()) {
    this.#now = now
    this.#share = Math.max(mostBytes / sharers, maxSize)
    this.#most = Math.max(mostBytes, 2 * this.#share)
  }

  /**
   * Counts a form of a person.
   * @param giveWay ends its request, and so the form
   * @throws ChatError `server_busy` when there are so many that not even the other fields of the form are read
   */
  begin(userId: UserId, giveWay: () => void): HeldForm {
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
      if (held > 0) this.#held.add(upload)
      else this.#held.delete(upload)
      return ofPerson <= this.#share
    }
    const refuse = (why: ChatError) => {
      count(-held)
      refusal = why
    }
    const upload = new Upload(this.#now, () => {
      refuse(tooMany())
      giveWay()
    })
    return {
      get refusal() {
        return refusal
      },
      beginPicture: () => {
        if (!isOver) endPicture = this.#pictures.add(userId, mostEach.pictures)
      },
      grow: bytes => {
        if (!count(bytes) || isOver || !this.#hasRoomFor(upload)) refuse(tooMany())
      },
      receive: bytes => upload.receive(bytes),
      complete: () => upload.complete(),
      refuse,
      end: () => {
        isOver = true
        count(-held)
        endPicture()
        endForm()
      },
    }
  }

  /** Whether all together hold no more than they may, after slow ones have given way. */
  #hasRoomFor(upload: Upload): boolean {
    while (this.#bytes > this.#most) {
      const others = [...this.#held].filter(other => other !== upload && other.pace < leastPace)
      const [slowest] = others.sort((one, other) => one.pace - other.pace)
      if (!slowest) return false
      slowest.giveWay()
    }
    return true
  }
}

/** An upload, and how fast it comes. */
class Upload {
  readonly #now: () => number
  readonly #start: number
  readonly giveWay: () => void
  #window = 0
  #received = 0
  #before = Number.POSITIVE_INFINITY
  #isComplete = false

  /** @param giveWay frees what it holds, at once, and ends it */
  constructor(now: () => number, giveWay: () => void) {
    this.#now = now
    this.#start = now()
    this.giveWay = giveWay
  }

  /** Bytes a second in the last complete window. */
  get pace(): number {
    this.#turnWindow()
    return this.#isComplete ? Number.POSITIVE_INFINITY : (this.#before * 1000) / paceWindowMs
  }

  receive(bytes: number): void {
    this.#turnWindow()
    this.#received += bytes
  }

  complete(): void {
    this.#isComplete = true
  }

  #turnWindow(): void {
    const window = Math.floor((this.#now() - this.#start) / paceWindowMs)
    if (window === this.#window) return
    this.#before = window === this.#window + 1 ? this.#received : 0
    this.#received = 0
    this.#window = window
  }
}

/** Counts something for each person. */
class Tally {
  readonly #counts = new Map<UserId, number>()

  /** Counts one more, unless there are `most`. Returns a function that takes it back. */
  add(userId: UserId, most: number): () => void {
    const count = this.#counts.get(userId) ?? 0
    if (count >= most) throw tooMany()
    this.#counts.set(userId, count + 1)
    return () => {
      const rest = (this.#counts.get(userId) ?? 0) - 1
      if (rest > 0) this.#counts.set(userId, rest)
      else this.#counts.delete(userId)
    }
  }
}
