/**
 * What the server and the process that converts pictures say to each other. A pipe has no message boundaries, so both
 * write records: a length of four bytes, big-endian, then so many bytes.
 */
import { z } from 'zod'
import type { ConversionProblem, Picture } from './conversion.js'

/** The head of an answer: a picture, whose bytes follow as a record of their own, or a problem. */
const answerSchema = z.union([
  z.object({ problem: z.enum(['image_invalid', 'image_too_many_pixels', 'image_unsupported']) }),
  z.object({ width: z.number(), height: z.number() }),
])

const lengthSize = 4

/** The first record of a process: it has started whatever it needs, and takes pictures from now on. */
export const readyRecord: Buffer = Buffer.from('ready')

/** The length of a record, as it is written before the record's bytes. */
export function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(lengthSize)
  length.writeUInt32BE(bytes.length)
  return length
}

/** Puts records together from the pieces that arrive, and overwrites each piece once it is copied. */
export class RecordReader {
  #pieces: Buffer[] = []
  #held = 0

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#held += piece.length
  }

  /** The next whole record, without its length, which is the caller's to overwrite; null until it has come. */
  take(): Buffer | null {
    const [first] = this.#pieces
    if (this.#held < lengthSize || !first) return null
    if (first.length < lengthSize) this.#join()
    const length = this.#pieces[0]?.readUInt32BE() ?? 0
    if (this.#held < lengthSize + length) return null
    const all = this.#join()
    const record = Buffer.from(all.subarray(lengthSize, lengthSize + length))
    all.fill(0, 0, lengthSize + length)
    this.#held -= lengthSize + length
    this.#pieces = this.#held > 0 ? [all.subarray(lengthSize + length)] : []
    return record
  }

  /** Overwrites what has arrived so far. */
  wipe(): void {
    for (const piece of this.#pieces) piece.fill(0)
    this.#pieces = []
    this.#held = 0
  }

  #join(): Buffer {
    if (this.#pieces.length === 1 && this.#pieces[0]) return this.#pieces[0]
    const all = Buffer.concat(this.#pieces)
    for (const piece of this.#pieces) piece.fill(0)
    this.#pieces = [all]
    return all
  }
}

/** An answer as two records: its head, and the picture's bytes (none for a problem). */
export function answerRecords(answer: Picture | ConversionProblem): [head: Buffer, bytes: Buffer] {
  const isPicture = typeof answer !== 'string'
  const head = isPicture ? { width: answer.width, height: answer.height } : { problem: answer }
  return [Buffer.from(JSON.stringify(head)), isPicture ? answer.bytes : Buffer.alloc(0)]
}

/** Reads what `answerRecords` wrote. */
export function readAnswer(head: Buffer, bytes: Buffer): Picture | ConversionProblem {
  const answer = answerSchema.parse(JSON.parse(head.toString()))
  return 'problem' in answer ? answer.problem : { ...answer, bytes }
}
