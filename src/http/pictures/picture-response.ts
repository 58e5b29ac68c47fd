import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { ChatError } from '../../chat/errors.js'
import type { ReadableImage } from '../../images/image-store.js'
import { pictureReadBytes } from '../../images/upload-folder.js'

/** How a stream ends when its client goes away, or its picture is deleted. */
const cut = ['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'EPIPE', 'ECONNRESET']

/** Bytes of a picture that are in memory while it is sent: a few parts, being read, decrypted and written. */
const heldBytes = 4 * pictureReadBytes

/**
 * Answers with a picture while it is decrypted. No cache may store it, and nothing in it can run.
 * @throws ChatError what opening it and `holdUnread` throw
 */
export async function sendPicture(response: Response, image: ReadableImage): Promise<void> {
  const isHead = response.req.method === 'HEAD'
  if (!isHead) response.holdUnread(image.isHeldWhole ? image.size : Math.min(image.size, heldBytes))
  const parts = isHead ? null : await image.open()
  response
    .status(200)
    .set('Content-Type', 'image/webp')
    .set('Content-Length', String(image.size))
    .set('Cache-Control', 'private, no-store')
    .set('Content-Disposition', 'inline; filename="picture.webp"')
    .set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
    .set('X-Content-Type-Options', 'nosniff')
  if (!parts) {
    response.end()
    return
  }
  try {
    await pipeline(parts, response)
  } catch (error) {
    response.destroy()
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // A refusal was logged where it was thrown; the answer has begun, so it cannot be sent.
    if (!(error instanceof ChatError) && !cut.includes(code)) throw error
  }
}
