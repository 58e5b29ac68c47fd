import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { ChatError } from '../../chat/errors.js'
import type { ReadableImage } from '../../images/image-store.js'
import { pictureReadBytes } from '../../images/upload-folder.js'

/** Whoever went away in the middle, and a picture that went, end a stream like this. */
const cut = ['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'EPIPE', 'ECONNRESET']

/** What reading, opening and sending a picture hold of it, each a part. */
const heldBytes = 4 * pictureReadBytes

/**
 * Answers with a picture as it is decrypted. No cache keeps it, and nothing in it could ever run.
 * @throws ChatError what opening it, and holding it for its person, throw
 */
export async function sendPicture(response: Response, image: ReadableImage): Promise<void> {
  const isHead = response.req.method === 'HEAD'
  if (!isHead) response.holdUnread(Math.min(image.size, heldBytes))
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
    // Whoever refuses has said so in the log, and what has begun can say no more.
    if (!(error instanceof ChatError) && !cut.includes(code)) throw error
  }
}
