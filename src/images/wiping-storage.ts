import type { StorageEngine } from 'multer'

/**
 * Keeps an upload in memory as multer's own storage does, and overwrites the pieces that it arrived in: they would stay
 * where they are until the collector comes.
 */
export const wipingStorage: StorageEngine = {
  _handleFile(_request, file, done) {
    const pieces: Buffer[] = []
    file.stream.on('data', (piece: Buffer) => {
      pieces.push(piece)
      // One piece a turn: ten fast uploads would else be read in one go, while every message waits.
      file.stream.pause()
      setImmediate(() => file.stream.resume())
    })
    file.stream.on('end', () => {
      const buffer = Buffer.concat(pieces)
      for (const piece of pieces) piece.fill(0)
      done(null, { buffer, size: buffer.length })
    })
  },
  _removeFile(_request, file, done) {
    file.buffer.fill(0)
    done(null)
  },
}
