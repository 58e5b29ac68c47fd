import type { Request } from 'express'
import type { StorageEngine } from 'multer'

/** The first buffer of a form that does not say how long it is, bytes. */
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
 * pile up are work for the collector, which stops everything.
 */
export function wipingStorage(maxSize: number): StorageEngine {
  return {
    _handleFile(request: Request, file, done) {
      // What is claimed and not sent costs nothing: memory that is never touched is none.
      const announced = Number(request.get('content-length') ?? firstSize)
      let buffer = Buffer.allocUnsafeSlow(Math.min(announced, maxSize))
      let size = 0
      file.stream.on('data', (piece: Buffer) => {
        if (size + piece.length > buffer.length) {
          const larger = Buffer.allocUnsafeSlow(2 * buffer.length + piece.length)
          buffer.copy(larger, 0, 0, size)
          buffer.fill(0)
          buffer = larger
        }
        piece.copy(buffer, size)
        piece.fill(0)
        size += piece.length
        file.stream.pause()
        awaitTurn(() => file.stream.resume())
      })
      file.stream.on('end', () => done(null, { buffer: buffer.subarray(0, size), size }))
    },
    _removeFile(_request, file, done) {
      file.buffer.fill(0)
      done(null)
    },
  }
}
