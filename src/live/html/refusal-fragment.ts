import { type ChatError, errorTable, isStorageFailure } from '../../chat/errors.js'
import type { MessageInput } from '../../chat/rooms.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { renderPartial, type ViewContext } from '../../rendering/renderer.js'
import { fragment } from './fragments.js'

/** The shortest pause before a refused send is tried again. */
const shortestRetryMs = 50

/** Sends a bubble back with its text: waiting for the limit to pass, or not sent, with the reason. */
export function refusalFragment(
  draft: Pick<MessageInput, 'nonce' | 'content' | 'imageId' | 'replyTo'>,
  error: ChatError,
  context: ViewContext,
  maxLength: number,
): string {
  const { retry } = errorTable[error.code]
  const isAway = isStorageFailure(error) && error.retryAfterMs !== undefined
  const isWaiting = retry === 'automatic' || isAway
  const html = renderPartial('pending', context, {
    nonce: draft.nonce,
    text: draft.content,
    imageId: draft.imageId ?? '',
    replyTo: draft.replyTo ?? '',
    status: isWaiting ? 'waiting' : 'failed',
    reason: isWaiting && !isAway ? '' : refusalSentence(error, context.t, maxLength),
    // A retryable bubble keeps its place in the queue.
    isRefused: retry === 'never',
    retryAfterMs: isWaiting ? Math.max(shortestRetryMs, error.retryAfterMs ?? 0) : 0,
  })
  return fragment(`p-${draft.nonce}`, 'outerHTML', html)
}
