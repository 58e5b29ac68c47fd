import type { Redis } from 'ioredis'
import { findInHeap } from '../heap-search.js'
import type { ServerProcess } from '../server-process.js'
import type { Life } from './life.js'
import { countMarks, type Mark, noCounts } from './marks.js'
import { searchMemory } from './process-memory.js'

/** Where something of a message could be. */
export interface Place {
  readonly name: string
  /**
   * What a message that lives leaves there. `while it lives`: it is gone within `withinMs` after its end. `never`: it must not be found
   * at any time.
   */
  readonly holds: 'while it lives' | 'never'
  readonly withinMs: number
  /** How often each mark is there now. @throws Unreadable */
  search(marks: readonly Mark[]): Promise<number[]>
  /** Whether that is promised; left out, it is. Else what is left there is said, and breaks nothing. */
  readonly isPromised?: boolean
  /** Of which marks there can be something; left out, of all. */
  readonly isAbout?: readonly Mark[]
  /** What must be found there while all lives, each, as proof that the search finds what is there. */
  readonly proofs: readonly Mark[]
  /**
   * Why a search that does not find its proofs has not looked at the place: a clause that follows "because". Left out, such a search is
   * broken.
   */
  readonly withoutProof?: string
}

/** When nothing may be reachable any more, after a message's end, in ms. */
export const goneWithinMs = 250

/** The pages and answers that people get. */
export function placeOfAnswers(life: Life): Place {
  return {
    name: 'pages and API',
    holds: 'while it lives',
    withinMs: goneWithinMs,
    proofs: [...life.texts, life.description, life.served],
    async search(marks) {
      const counts = noCounts(marks)
      countMarks(await life.readAll(), marks, counts)
      return counts
    },
  }
}

/** Where in the heap of V8 or in a buffer of it: strings of a snapshot, or buffers that are alive. */
export function placesInHeap(server: ServerProcess, life: Life): Place[] {
  const sought = life.marks.flatMap(mark => mark.pieces.map(piece => ({ mark, piece })))
  let looking: Promise<string[][]> | null = null
  // Both kinds are looked for in one go: a snapshot takes seconds, in which the server does nothing else.
  const look = () => {
    const pieces = sought.map(({ piece }) => piece.toString('latin1'))
    looking ??= findInHeap(server, pieces).finally(() => {
      looking = null
    })
    return looking
  }
  const search = (kind: string) => async (marks: readonly Mark[]) => {
    const found = await look()
    const there = sought.filter((_, index) => found[index]?.includes(kind))
    return marks.map(mark => there.filter(each => each.mark === mark).length)
  }
  const rule = { holds: 'while it lives', withinMs: goneWithinMs } as const
  return [
    { name: 'strings of a heap snapshot', ...rule, proofs: [life.description], search: search('heap') },
    { name: 'live buffers', ...rule, proofs: life.texts, search: search('buffer') },
  ]
}

/** All memory that the process may write to, also what is free in it, where V8 overwrites old places only when it needs them. */
export function placeOfMemory(pid: number, { texts, description }: Life, withinMs: number): Place {
  return {
    name: 'raw memory of the process, free memory too',
    holds: 'while it lives',
    withinMs,
    isPromised: false,
    proofs: [...texts, description],
    search: marks => searchMemory(pid, marks),
  }
}

/** Keys and values of a Redis, which must not compress what DUMP gives (`rdbcompression no`). */
export function placeOfRedis(viewer: Redis, { texts, description }: Life): Place {
  return {
    name: 'keys and values of Redis',
    holds: 'while it lives',
    // Redis itself removes what nobody asks for any more.
    withinMs: 10_000,
    proofs: [...texts, description],
    async search(marks) {
      const keys = await viewer.keys('*')
      const dumps = await Promise.all(keys.map(key => viewer.dumpBuffer(key)))
      const counts = noCounts(marks)
      for (const bytes of [Buffer.from(keys.join('\n')), ...dumps]) if (bytes) countMarks(bytes, marks, counts)
      return counts
    },
  }
}
