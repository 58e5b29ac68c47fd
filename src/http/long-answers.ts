import { brotliCompress, constants } from 'node:zlib'
import type { Request, Response } from 'express'
import { onceOver } from '../live/transport/response-end.js'
import { RecentValues } from '../recent-values.js'
import { partLength } from '../text-parts.js'

/**
 * How pages are compressed. Quality 5 takes 7 % fewer bytes than 4, the default of the library that compresses everything that is
 * short. Brotli looks 128 KiB back, as far as a page is long: by default it looks back 4 MiB, and has to be given 8 MiB for
 * each page, which took twice the time once the C library fills what it gives (docs/performance.md).
 */
export const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 17 }
/** A page with a hundred messages takes 0.3 ms by it and 8 kB; by 5 it takes 0.9 ms and 7 kB. */
const quickQuality = 3
/** Beyond so many bytes time counts for more. */
const quickBeyond = 32_768

/** Whether headers that came last take Brotli, as those of most browsers are the same; and how long they may be. */
const takers = new RecentValues<boolean>(50)
const longestKept = 100

function takesBrotli(request: Request): boolean {
  const header = String(request.headers['accept-encoding'] ?? '')
  const read = () => request.acceptsEncodings('br') === 'br'
  return header.length > longestKept ? read() : takers.get(header, read)
}

/**
 * Sends a long text in parts, each once the reader has taken the one before, so that it shows whether any of it is read. Where
 * the reader takes Brotli it is compressed in one piece first: a stream that is fed part by part takes twice as long, and has
 * every answer allocate its buffers. Each text is compressed by itself, since people must not learn of each other's by length.
 * @param onPacked called with its length once it is compressed
 */
export function sendLong(
  request: Request,
  response: Response,
  bytes: Buffer,
  onPacked: (length: number) => void = () => {},
): void {
  if (response.get('Content-Type') === undefined) response.type('html')
  if (response.get('Content-Encoding') !== undefined || !takesBrotli(request)) {
    sendParts(response, bytes)
    return
  }
  const params = {
    ...brotliParams,
    ...(bytes.length > quickBeyond ? { [constants.BROTLI_PARAM_QUALITY]: quickQuality } : {}),
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  brotliCompress(bytes, { params }, (error, packed) => {
    if (response.destroyed) return
    // The compression of everything else sees by this that it has nothing to do but to name what decided.
    if (!error) response.set('Content-Encoding', 'br')
    if (!error) onPacked(packed.length)
    sendParts(response, error ? bytes : packed)
  })
}

function sendParts(response: Response, bytes: Buffer): void {
  response.set('Content-Length', String(bytes.length))
  let from = 0
  const sendOn = () => {
    while (from < bytes.length && !response.destroyed) {
      const part = bytes.subarray(from, from + partLength)
      from += part.length
      if (from === bytes.length) return void response.end(part)
      if (!response.write(part)) return
    }
  }
  response.on('drain', sendOn)
  onceOver(response, () => response.off('drain', sendOn))
  sendOn()
}
