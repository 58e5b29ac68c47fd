import type { ChatError } from '../chat/errors.js'
import type { Translate } from './sentences.js'

/** Says a refusal in words. `max` is the most characters a message may have. */
export function refusalSentence(error: ChatError, t: Translate, max: number): string {
  return t(`error.${error.code}`, { max, seconds: Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000)) })
}
