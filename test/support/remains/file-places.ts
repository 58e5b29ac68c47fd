import { open, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Life } from './life.js'
import { countMarks, type Mark, markOfText, newWord, noCounts } from './marks.js'
import type { Place } from './places.js'
import { codeOf, refuse, Unreadable } from './unreadable.js'

/** A file or folder of a server. */
export interface Located {
  /** The path that its server has for it. */
  readonly name: string
  /** The path that we have for it. */
  readonly path: string
}

/** A folder whose files are searched; `isDeep`: also those of the folders in it. */
export interface Folder extends Located {
  readonly isDeep: boolean
}

/** Shows that a folder is that of the pictures: the name of the file of one that lives. Source: src/images/upload-folder.ts */
export const sealedPicture = markOfText('a sealed picture', '.sealed')

/** A longer file is not read: it takes longer than a look may. */
const longestFile = 64 * 1_048_576

/** All files below folders, by their names and by what is in them, and those that the process has open. */
export function placeOfFiles(folders: readonly Folder[], pid: number, proofs: readonly Mark[]): Place {
  const names = folders.map(({ name }) => name)
  return {
    name: [...(names.length > 0 ? [`files in ${names.join(' and ')}`] : []), 'files that the server has open'].join(
      ', ',
    ),
    holds: 'never',
    withinMs: 0,
    proofs,
    async search(marks) {
      const counts = noCounts(marks)
      for (const folder of folders) await searchFolder(folder, marks, counts)
      for (const path of await openFilesOf(pid)) await searchFile(path, marks, counts)
      return counts
    },
  }
}

/** The encrypted files of pictures in a folder where nobody else sends any. */
export function placeOfSealedFiles(folder: string, { served }: Life): Place {
  return {
    name: 'encrypted files of pictures',
    holds: 'while it lives',
    // The file goes once the server has told everybody.
    withinMs: 1000,
    isAbout: [served],
    proofs: [served],
    async search(marks) {
      const names = await readdir(folder).catch(refuse('the folder cannot be read'))
      const count = names.filter(name => name.endsWith('.sealed')).length
      return marks.map(mark => (mark === served ? count : 0))
    },
  }
}

/** What the server has written to its log. */
export function placeOfLog(read: () => Promise<Buffer>, proofs: readonly Mark[], withoutProof?: string): Place {
  return {
    name: 'the log',
    holds: 'never',
    withinMs: 0,
    proofs,
    ...(withoutProof !== undefined && { withoutProof }),
    async search(marks) {
      const counts = noCounts(marks)
      const text = await read().catch(refuse('it cannot be read'))
      if (text.length === 0 && withoutProof === undefined) throw new Unreadable('it is empty')
      countMarks(text, marks, counts)
      return counts
    },
  }
}

/**
 * The file that a running server is said to log to: what is written to it from now on. It is the log if it has the line of a request
 * that is made now.
 */
export async function placeOfLogFile(path: string, ask: () => Promise<Response>): Promise<Place> {
  const { size: begin } = await stat(path)
  const requestId = (await ask()).headers.get('x-request-id')
  const read = async () => {
    const bytes = await readFrom(path, begin)
    // Cut short meanwhile, so that it begins anew.
    return bytes ?? (await readFrom(path, 0)) ?? Buffer.alloc(0)
  }
  return placeOfLog(
    read,
    [markOfText('the line of a request', requestId ?? newWord())],
    'it has no line of a request that was made: it is the log of another server, or LOG_LEVEL is too high (info, in development debug)',
  )
}

/** The bytes of a file from a place on; null where it ends before that. */
async function readFrom(path: string, begin: number): Promise<Buffer | null> {
  const file = await open(path, 'r')
  try {
    const length = (await file.stat()).size - begin
    if (length < 0) return null
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, begin)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The folder in which a Redis could save what it holds. It saves nothing, so nothing can prove the search. */
export async function placeOfRedisFolder(viewer: Redis): Promise<Place> {
  const answer = await viewer.config('GET', 'dir')
  const name = Array.isArray(answer) ? String(answer[1]) : ''
  return {
    name: `files of Redis in ${name}`,
    holds: 'never',
    withinMs: 0,
    proofs: [],
    async search(marks) {
      const counts = noCounts(marks)
      await searchFolder({ name, path: name, isDeep: true }, marks, counts)
      return counts
    },
  }
}

async function searchFolder({ name, path, isDeep }: Folder, marks: readonly Mark[], counts: number[]): Promise<void> {
  const reading = readdir(path, { withFileTypes: true, recursive: isDeep })
  const entries = await reading.catch(refuse(`the folder ${name} cannot be read`))
  countMarks(Buffer.from(entries.map(entry => entry.name).join('\n')), marks, counts)
  const files = entries.filter(entry => entry.isFile())
  for (const entry of files) await searchFile(join(entry.parentPath ?? entry.path, entry.name), marks, counts)
}

/** Paths by which the files that a process has open can be read, also such as are deleted. @throws Unreadable */
async function openFilesOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const paths: string[] = []
  for (const name of await readdir(folder).catch(refuse('what the process has open cannot be read'))) {
    const path = join(folder, name)
    // It may have been closed meanwhile.
    const target = await readlink(path).catch(() => '')
    const about = await stat(path).catch(() => null)
    if (about?.isFile() && !/^\/(proc|sys|dev)\//.test(target)) paths.push(path)
  }
  return paths
}

/** @throws Unreadable */
async function searchFile(path: string, marks: readonly Mark[], counts: number[]): Promise<void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    // One that goes before it is read holds nothing.
    if (codeOf(error) === 'ENOENT') return null
    return refuse('a file cannot be read')(error)
  })
  if (file === null) return
  try {
    const { size } = await file.stat()
    if (size > longestFile) throw new Unreadable(`a file is over ${longestFile / 1_048_576} MB long`)
    countMarks(await readFile(file), marks, counts)
  } finally {
    await file.close()
  }
}
