import { type ErrorCode, errorTable } from '../chat/errors.js'
import type { Translate } from './sentences.js'

/** What the sentence of a refusal depends on. */
export interface SaidRefusal {
  readonly code: ErrorCode
  readonly retryAfterMs?: number | undefined
  /** What a refused file is; see `UnsupportedImage`. */
  readonly format?: string | null
  /** Whether it is a person's pictures that fill their space; see `PicturesFull`. */
  readonly isOfPictures?: boolean
}

/** Says a refusal in words. `max` is the most characters a message may have; `id` the number that the log repeats. */
export function refusalSentence(
  { code, retryAfterMs, format, isOfPictures }: SaidRefusal,
  t: Translate,
  max: number | string,
  id = '',
): string {
  if (format) return t('error.image_format', { format })
  if (isOfPictures) return t('error.pictures_full')
  // It is known when to try again: nothing is broken for good.
  if (code === 'storage_failed' && retryAfterMs !== undefined) return t('error.storage_away')
  return t(errorTable[code].sentence, { max, id, seconds: Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000)) })
}
