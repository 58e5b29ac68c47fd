import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import type { Answer } from '../chat/answer.js'
import { FairTurns } from '../fair-turns.js'
import { onceOver } from '../live/transport/response-end.js'
import { RecentValues } from '../recent-values.js'
import { partLength } from '../text-parts.js'

/**
 * How pages are compressed. Quality 5 takes 7 % fewer bytes than 4, the default of the library that compresses what is no text of an
 * answer. Brotli looks 128 KiB back, as far as a page is long: by default it looks back 4 MiB, and has to be given 8 MiB for
 * each page, which took twice the time once the C library fills what it gives (docs/performance.md).
 */
export const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 17 }
/** A page with a hundred messages takes 0.3 ms by it and 8 kB; by 5 it takes 0.9 ms and 7 kB. */
const quickQuality = 3
/** Beyond so many bytes time counts for more. */
const quickBeyond = 32_768
/** What has fewer bytes fits into one packet as it is. The library that compresses all else leaves it so too. */
export const leastPacked = 1024

/** How many texts are compressed at once: as many as there are threads for it. */
const packedAtOnce = 4
/**
 * Whatever else waits would be compressed all the same while this process renders, and each result of Brotli holds over a megabyte
 * until it is taken.
 */
const packings = new FairTurns<Request>({ atOnce: packedAtOnce, retryAfterMs: 0 })
const packGzip = promisify<Buffer, Buffer>(gzip)
const packBrotli = promisify(brotliCompress)

type Coding = 'br' | 'gzip' | 'identity'

/** What headers that came last take, as those of most browsers are the same; and how long they may be. */
const codings = new RecentValues<Coding>(50)
const longestKept = 100

function codingFor(request: Request): Coding {
  const header = String(request.headers['accept-encoding'] ?? '')
  const takes = (coding: Coding) => request.acceptsEncodings(coding) === coding
  const read = () => (takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity')
  return header.length > longestKept ? read() : codings.get(header, read)
}

/**
 * Sends a text in parts, each once the reader has taken the one before, so that it shows whether any of it is read. It is compressed in
 * one piece first, if the reader takes that: a stream that is fed part by part takes twice as long, and holds its buffers until all is
 * read, which for Brotli is over a megabyte for each answer. Each text is compressed by itself, since people must not learn of each
 * other's by length. Returns how many bytes are left to send; where it is compressed, once it is.
 */
export function sendText(request: Request, response: Response, bytes: Buffer): Answer<number> {
  if (response.get('Content-Type') === undefined) response.type('html')
  const coding = response.get('Content-Encoding') === undefined ? codingFor(request) : 'identity'
  if (coding === 'identity') {
    sendParts(response, bytes)
    return bytes.length
  }
  return pack(request, coding, bytes).then(packed => {
    if (response.destroyed) return packed.length
    // The compression of everything else sees by this that it has nothing to do but to name what decided.
    if (packed !== bytes) response.set('Content-Encoding', coding)
    sendParts(response, packed)
    return packed.length
  })
}

/** Compresses a text once it is its turn; gives it as it is if that fails. */
async function pack(owner: Request, coding: Exclude<Coding, 'identity'>, bytes: Buffer): Promise<Buffer> {
  const end = await packings.take(owner)
  try {
    return await (coding === 'gzip' ? packGzip(bytes) : packBrotli(bytes, { params: brotliParamsFor(bytes) }))
  } catch {
    return bytes
  } finally {
    end()
  }
}

function brotliParamsFor({ length }: Buffer): Record<number, number> {
  const quick = length > quickBeyond ? { [constants.BROTLI_PARAM_QUALITY]: quickQuality } : {}
  return { ...brotliParams, ...quick, [constants.BROTLI_PARAM_SIZE_HINT]: length }
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
