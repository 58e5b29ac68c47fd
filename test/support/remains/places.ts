import { open, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
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
   * What a message that lives leaves there. `while it lives`: it must be found, and be gone within `withinMs` after its end. `never`: it
   * must not be found at any time.
   */
  readonly holds: 'while it lives' | 'never'
  readonly withinMs: number
  /** How often each mark is there now. */
  search(marks: readonly Mark[]): Promise<number[]>
  /** Whether that is promised; left out, it is. Else what is left there is said, and breaks nothing. */
  readonly isPromised?: boolean
  /** What must be found where nothing else is, as proof that the search finds what is there. */
  readonly proof?: Mark
}

/** When nothing may be reachable any more, after a message's end, in ms. */
export const goneWithinMs = 250

/** The pages and answers that people get. */
export function placeOfAnswers(life: Life): Place {
  return {
    name: 'pages and API',
    holds: 'while it lives',
    withinMs: goneWithinMs,
    async search(marks) {
      const counts = noCounts(marks)
      countMarks(await life.readAll(), marks, counts)
      return counts
    },
  }
}

/** Where in the heap of V8 or in a buffer of it: strings of a snapshot, or buffers that are alive. */
export function placesInHeap(server: ServerProcess): Place[] {
  let looking: Promise<string[][]> | null = null
  // Both kinds are looked for in one go: a snapshot takes seconds, in which the server does nothing else.
  const look = (words: readonly string[]) => {
    looking ??= findInHeap(server, words).finally(() => {
      looking = null
    })
    return looking
  }
  const search = (kind: string) => async (marks: readonly Mark[]) => {
    const words = marks.flatMap(({ pieces }, index) => pieces.map(piece => [piece.toString('latin1'), index] as const))
    const found = await look(words.map(([word]) => word))
    const counts = noCounts(marks)
    for (const [at, [, index]] of words.entries()) {
      if (found[at]?.includes(kind)) counts[index] = (counts[index] ?? 0) + 1
    }
    return counts
  }
  const rule = { holds: 'while it lives', withinMs: goneWithinMs } as const
  return [
    { name: 'strings of a heap snapshot', ...rule, search: search('heap') },
    { name: 'live buffers', ...rule, search: search('buffer') },
  ]
}

/** All memory that the process may write to, also what is free in it, where V8 overwrites old places only when it needs them. */
export function placeOfMemory(pid: number, withinMs: number): Place {
  return {
    name: 'raw memory of the process, free memory too',
    holds: 'while it lives',
    withinMs,
    isPromised: false,
    search: marks => searchMemory(pid, marks),
  }
}

/** All files below folders, and those that the process has open. */
export function placeOfFiles(folders: readonly string[], pid: number, proof?: Mark): Place {
  return {
    name: `files in ${folders.join(', ')}, and those that the server has open`,
    holds: 'never',
    withinMs: 0,
    ...(proof && { proof }),
    async search(marks) {
      const counts = noCounts(marks)
      for (const folder of folders) {
        for (const path of await filesBelow(folder)) await searchFile(path, marks, counts)
      }
      for (const path of await openFilesOf(pid)) await searchFile(path, marks, counts)
      return counts
    },
  }
}

/** What the server has written to its log: the text until now, or a file. */
export function placeOfLog(read: () => Promise<Buffer>, proof?: Mark): Place {
  return {
    name: 'the log',
    holds: 'never',
    withinMs: 0,
    ...(proof && { proof }),
    async search(marks) {
      const counts = noCounts(marks)
      countMarks(await read(), marks, counts)
      return counts
    },
  }
}

/** Keys and values of a Redis, which must not compress what DUMP gives (`rdbcompression no`). */
export function placeOfRedis(viewer: Redis): Place {
  return {
    name: 'keys and values of Redis',
    holds: 'while it lives',
    // Redis itself removes what nobody asks for any more.
    withinMs: 10_000,
    async search(marks) {
      const keys = await viewer.keys('*')
      const dumps = await Promise.all(keys.map(key => viewer.dumpBuffer(key)))
      const counts = noCounts(marks)
      for (const bytes of [Buffer.from(keys.join('\n')), ...dumps]) if (bytes) countMarks(bytes, marks, counts)
      return counts
    },
  }
}

/** The folder in which a Redis could save what it holds. */
export async function placeOfRedisFolder(viewer: Redis): Promise<Place> {
  const answer = await viewer.config('GET', 'dir')
  const folder = Array.isArray(answer) ? String(answer[1]) : ''
  return {
    name: `files of Redis in ${folder}`,
    holds: 'never',
    withinMs: 0,
    async search(marks) {
      const counts = noCounts(marks)
      for (const path of await filesBelow(folder)) await searchFile(path, marks, counts)
      return counts
    },
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
}

/** Paths by which the files that a process has open can be read, also such as are deleted. */
async function openFilesOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const paths: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const target = await readlink(path).catch(() => '')
    const about = await stat(path).catch(() => null)
    if (about?.isFile() && !/^\/(proc|sys|dev)\//.test(target)) paths.push(path)
  }
  return paths
}

/** Longer files, such as programs, are no place for what the server writes of a message. */
const longestFile = 64 * 1_048_576

async function searchFile(path: string, marks: readonly Mark[], counts: number[]): Promise<void> {
  // One that goes before it is read holds nothing.
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return
  try {
    const { size } = await file.stat()
    if (size <= longestFile) countMarks(await readFile(file), marks, counts)
  } finally {
    await file.close()
  }
}
