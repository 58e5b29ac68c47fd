import type { Request } from 'express'
import type { StorageEngine } from 'multer'
import { ChatError } from '../../chat/errors.js'
import type { HeldForm } from '../../images/held-uploads.js'

/** Bytes of an upload's first buffer. It grows with what comes, so that a claimed length costs nothing. */
const firstSize = 65_536

const waiting: (() => void)[] = []

/**
 * Lets all uploads together read one piece a turn of the event loop: otherwise ten fast ones would be read in one go,
 * and every message would wait.
 */
function awaitTurn(begin: () => void): void {
  if (waiting.push(begin) === 1) setImmediate(passTurn)
}

function passTurn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(passTurn)
}

/**
 * Keeps an upload of at most `maxSize` bytes in memory, as multer's own storage does, but overwrites the pieces that it
 * arrived in, which would stay in memory until they are collected. Each is copied into one buffer at once, since many
 * pieces make garbage collection pause the server. An upload that is refused is read to its end and dropped.
 * @param onPiece called with the bytes of each piece, kept or not
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
