/** A message on its way, as it is kept for a reload. */
export interface Pending {
  /** What it is sent by; sent twice by the same nonce, it is stored once. */
  readonly nonce: string
  readonly text: string
  /** The picture that goes with it, uploaded already; '' for none. */
  readonly imageId: string
  /** When it was written or last tried again, in ms since the epoch. */
  readonly at: number
  /** The id of the message that it answers, if any. */
  readonly replyTo?: string | undefined
  /** The description of its picture; undefined for a message without one. */
  readonly alt?: string | undefined
}

/** Whether a message has a picture that is not uploaded, so that only the page where it was chosen can send it. */
export const lacksPicture = ({ alt, imageId }: Pending): boolean => alt !== undefined && !imageId

/** What is kept of a picture without its message: its description. It is never sent. */
export const pictureAlone = (alt: string): Pending => ({ nonce: '', text: '', imageId: '', at: 0, alt })

/** What is kept of the pictures of messages that are not sent any more. */
export const picturesOf = (pending: readonly Pending[]): Pending[] =>
  pending.flatMap(({ alt }) => (alt === undefined ? [] : pictureAlone(alt)))

/**
 * `pending` may be sent, `in-flight` is sent and not answered, `waiting` may be tried again at its `retryAt`. A `failed`
 * one may work later, and holds back those behind it until it is `old`: nobody expects it any more, so that only the person sends it,
 * and it lets them pass. A `refused` one never will work as it is, and lets them pass too.
 */
export type EntryState = 'uploading' | 'pending' | 'in-flight' | 'waiting' | 'failed' | 'old' | 'refused'

/** A message of the outbox. Never changed: what becomes of it is a new entry in its place. */
export interface Entry extends Pending {
  readonly state: EntryState
  /** Whether this page has a picture for it, which it uploads first, each time that the message is tried. */
  readonly hasPicture: boolean
  /** Whether it can be sent: true for a text. */
  readonly isUploaded: boolean
  /** Why it was not sent, in the reader's words; '' if there is nothing to add. */
  readonly reason: string
  /** When a `waiting` one may be tried again, in ms since the epoch. */
  readonly retryAt: number
}

/** What was said to a message that was not taken, or to an upload. `retryAt` in ms since the epoch. */
export type Answer =
  | { readonly state: 'waiting'; readonly retryAt: number }
  | { readonly state: 'failed' | 'refused'; readonly reason: string }

/** Whether a message was not sent, and may be if the person tries it again. */
export const isUnsent = ({ state }: Entry): boolean => state === 'failed' || state === 'old'

const slowMs = 3000

/** Whether a message has been on its way for so long that the page says so. */
export const isSlow = (entry: Entry, now: number): boolean => now - entry.at > slowMs

/** Whether a message that can be sent has been on its way for so long. */
export const isSentSlowly = (entry: Entry, now: number): boolean =>
  (entry.state === 'pending' || entry.state === 'in-flight') && isSlow(entry, now)

/** Milliseconds until a `waiting` message may be tried again, read from its bubble's `hx-trigger`, the server's. */
export const retryDelayIn = (trigger: string): number => Number(/load delay:(\d+)ms/.exec(trigger)?.[1] ?? 0)
