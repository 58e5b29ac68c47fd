import type { ChatError, ErrorCode } from '../../chat/errors.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { renderPartial, type ViewContext } from '../../rendering/renderer.js'
import { fragment } from './fragments.js'

/** Below this a refused send would only be refused again. */
const shortestRetryMs = 50

/** What may pass by itself, so that the bubble keeps its place before those behind it. What was left unsaid here is final. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'person_full',
  'rate_limited',
  'room_full',
  'server_busy',
  'server_full',
  'storage_failed',
])

/** Gives a bubble back with its text: waiting for the limit to pass, or not sent and why. */
export function refusalFragment(
  draft: { nonce: string; content: string; imageId?: string | undefined },
  error: ChatError,
  context: ViewContext,
  maxLength: number,
): string {
  const isWaiting = error.code === 'rate_limited'
  const html = renderPartial('pending', context, {
    nonce: draft.nonce,
    text: draft.content,
    imageId: draft.imageId ?? '',
    status: isWaiting ? 'waiting' : 'failed',
    reason: isWaiting ? '' : refusalSentence(error, context.t, maxLength),
    isRefused: !passing.has(error.code),
    retryAfterMs: isWaiting ? Math.max(shortestRetryMs, error.retryAfterMs ?? 0) : 0,
  })
  return fragment(`p-${draft.nonce}`, 'outerHTML', html)
}
