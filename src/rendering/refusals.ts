import type { ChatError } from '../chat/errors.js'
import type { Translate } from './sentences.js'

/** The sentence for a refusal. `max` is how many characters a message may have. */
export function refusalSentence(error: ChatError, t: Translate, max: number): string {
  return t(`error.${error.code}`, { max, seconds: Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000)) })
}
