import { z } from 'zod'
import type { ConversionProblem, Picture } from './conversion.js'

/** What the converter's process answers: a picture of `size` bytes that follow, or a problem. */
const answerSchema = z.union([
  z.object({ problem: z.enum(['image_invalid', 'image_too_many_pixels', 'image_unsupported']) }),
  z.object({ width: z.number(), height: z.number() }),
])

const lengthSize = 4

/** The first frame of a process: it has begun all that it needs, and reads pictures from now on. */
export const readyFrame: Buffer = Buffer.from('ready')

/** Writes lengths before what they measure; pipes know no ends. */
export function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(lengthSize)
  length.writeUInt32BE(bytes.length)
  return length
}

/** Puts together what arrives in pieces, and overwrites each piece once it is copied. */
export class FrameReader {
  #pieces: Buffer[] = []
  #held = 0

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#held += piece.length
  }

  /** The next whole frame, which is the caller's to overwrite; null until it is there. */
  take(): Buffer | null {
    const [first] = this.#pieces
    if (this.#held < lengthSize || !first) return null
    if (first.length < lengthSize) this.#join()
    const length = this.#pieces[0]?.readUInt32BE() ?? 0
    if (this.#held < lengthSize + length) return null
    const all = this.#join()
    const frame = Buffer.from(all.subarray(lengthSize, lengthSize + length))
    all.fill(0, 0, lengthSize + length)
    this.#held -= lengthSize + length
    this.#pieces = this.#held > 0 ? [all.subarray(lengthSize + length)] : []
    return frame
  }

  /** Overwrites what has come so far. */
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

/** An answer as two frames: what it is, and the picture's bytes. */
export function answerFrames(answer: Picture | ConversionProblem): Buffer[] {
  const isPicture = typeof answer !== 'string'
  const head = isPicture ? { width: answer.width, height: answer.height } : { problem: answer }
  return [Buffer.from(JSON.stringify(head)), isPicture ? answer.bytes : Buffer.alloc(0)]
}

/** Reads what `answerFrames` wrote. */
export function readAnswer(head: Buffer, bytes: Buffer): Picture | ConversionProblem {
  const answer = answerSchema.parse(JSON.parse(head.toString()))
  return 'problem' in answer ? answer.problem : { ...answer, bytes }
}
