import { randomBytes } from 'node:crypto'

/** What is nowhere but in one thing that people send, and is looked for. */
export interface Mark {
  /** What holds it, such as "a description". */
  readonly of: string
  /** Bytes any of which shows that it is there. */
  readonly pieces: readonly Buffer[]
}

/** A piece of a picture: long enough to be nowhere else. */
const pieceBytes = 16

/** Makes a word that is nowhere else. */
export function newWord(): string {
  return `canary${randomBytes(9).toString('hex')}`
}

/** A word as UTF-8 (and Latin-1), and as V8 keeps it in a text with letters beyond Latin-1. */
export function markOfWord(of: string, word: string): Mark {
  // The first bytes of what is freed are the first to be overwritten.
  const rest = word.slice('canary'.length)
  return { of, pieces: [Buffer.from(rest, 'latin1'), Buffer.from(rest, 'utf16le')] }
}

/** Words that only stand somewhere as they are. */
export const markOfText = (of: string, text: string): Mark => ({ of, pieces: [Buffer.from(text)] })

/** Three pieces of a file, of its beginning, middle and end. */
export function markOfFile(of: string, file: Buffer): Mark {
  const pieces = [0.2, 0.5, 0.8].map(share => {
    const start = Math.floor(file.length * share)
    return file.subarray(start, start + pieceBytes)
  })
  return { of, pieces }
}

/** How often each mark is in the bytes, added to `counts`. */
export function countMarks(bytes: Buffer, marks: readonly Mark[], counts: number[]): void {
  for (const [index, { pieces }] of marks.entries()) {
    for (const piece of pieces) {
      for (let at = bytes.indexOf(piece); at !== -1; at = bytes.indexOf(piece, at + piece.length)) {
        counts[index] = (counts[index] ?? 0) + 1
      }
    }
  }
}

/** Counts of nothing. */
export const noCounts = (marks: readonly Mark[]): number[] => marks.map(() => 0)
