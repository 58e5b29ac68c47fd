/**
 * What the server and the process that converts pictures say to each other. A pipe has no message boundaries, so both
 * write records: a length of four bytes, big-endian, then so many bytes.
 */
import { z } from 'zod'
import { pictureGrounds } from '../chat/picture-ground.js'
import type { ConversionProblem, Picture } from './conversion.js'

/** The head of an answer: a picture, whose bytes and still follow as records of their own, or a problem. */
const answerSchema = z.union([
  z.object({ problem: z.enum(['image_invalid', 'image_too_large', 'image_too_many_pixels', 'image_unsupported']) }),
  z.object({ width: z.number(), height: z.number(), ground: z.enum(pictureGrounds).nullable() }),
])

/** An answer as it is written: its head, the picture's bytes and its still; an empty record stands for what there is not. */
export type AnswerRecords = [head: Buffer, bytes: Buffer, still: Buffer]

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

/** An answer as records. */
export function answerRecords(answer: Picture | ConversionProblem): AnswerRecords {
  const none = Buffer.alloc(0)
  if (typeof answer === 'string') return [Buffer.from(JSON.stringify({ problem: answer })), none, none]
  const { width, height, ground, bytes, still } = answer
  return [Buffer.from(JSON.stringify({ width, height, ground })), bytes, still ?? none]
}

/** Reads what `answerRecords` wrote. */
export function readAnswer(head: Buffer, bytes: Buffer, still: Buffer): Picture | ConversionProblem {
  const answer = answerSchema.parse(JSON.parse(head.toString()))
  return 'problem' in answer ? answer.problem : { ...answer, bytes, still: still.length > 0 ? still : null }
}
