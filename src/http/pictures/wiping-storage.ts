import type { Request } from 'express'
import type { StorageEngine } from 'multer'
import { ChatError } from '../../chat/errors.js'
import type { HeldForm } from '../../images/held-uploads.js'

/** The first buffer of an upload, bytes. What is claimed and not sent must cost nothing. */
const firstSize = 65_536

const waiting: (() => void)[] = []

/**
 * Lets all uploads together read one piece a turn of the event loop, each after the other: ten fast ones would else be
 * read in one go, while every message waits.
 */
function awaitTurn(begin: () => void): void {
  if (waiting.push(begin) === 1) setImmediate(passTurn)
}

function passTurn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(passTurn)
}

/**
 * Keeps an upload of at most `maxSize` bytes in memory as multer's own storage does, and overwrites the pieces that it
 * arrived in: they would stay where they are until the collector comes. They go into one buffer at once, since pieces that
 * pile up are work for the collector, which stops everything. What is refused on the way is read to its end and thrown
 * away.
 * @param onPiece told of the bytes of each piece, kept or not
 */
export function wipingStorage(
  maxSize: number,
  heldFor: (request: Request) => HeldForm,
  onPiece: (request: Request, bytes: number) => void,
): StorageEngine {
  return {
    _handleFile(request: Request, file, done) {
      const held = heldFor(request)
      let buffer = Buffer.alloc(0)
      let size = 0
      const makeRoom = (needed: number) => {
        const length = Math.max(needed, Math.min(maxSize, Math.max(2 * buffer.length, firstSize)))
        held.grow(length - buffer.length)
        const larger = Buffer.allocUnsafeSlow(held.refusal ? 0 : length)
        buffer.copy(larger, 0, 0, size)
        buffer.fill(0)
        buffer = larger
      }
      const keep = (piece: Buffer) => {
        if (held.refusal) return
        if (size + piece.length > buffer.length) makeRoom(size + piece.length)
        piece.copy(buffer, size)
        size += piece.length
      }
      file.stream.on('data', (piece: Buffer) => {
        onPiece(request, piece.length)
        held.receive(piece.length)
        keep(piece)
        piece.fill(0)
        file.stream.pause()
        awaitTurn(() => file.stream.resume())
      })
      file.stream.once('limit', () => held.refuse(new ChatError('image_too_large')))
      file.stream.on('end', () => done(null, { buffer: buffer.subarray(0, size), size }))
    },
    _removeFile(_request, file, done) {
      file.buffer.fill(0)
      done(null)
    },
  }
}
