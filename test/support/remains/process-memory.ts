import { open, readdir, readFile } from 'node:fs/promises'
import { countMarks, type Mark, noCounts } from './marks.js'
import { refuse, Unreadable } from './unreadable.js'

const chunkBytes = 4 * 1_048_576
/** More than the longest piece of a mark, which may lie across the border of two chunks. */
const overlapBytes = 256

interface Range {
  readonly start: number
  readonly end: number
}

/**
 * How often each mark is in all that a process and its children may write to: heaps, stacks and mappings, also where it is free.
 * @throws Unreadable
 */
export async function searchMemory(pid: number, marks: readonly Mark[]): Promise<number[]> {
  if (process.platform !== 'linux') throw new Unreadable('only Linux shows the memory of a process')
  const counts = noCounts(marks)
  await searchOne(pid, marks, counts)
  for (const child of await childrenOf(pid)) {
    // A child that ends meanwhile takes its memory with it.
    await searchOne(child, marks, counts).catch(ignoreUnreadable)
  }
  return counts
}

function ignoreUnreadable(error: unknown): void {
  if (!(error instanceof Unreadable)) throw error
}

async function searchOne(pid: number, marks: readonly Mark[], counts: number[]): Promise<void> {
  const refused = refuse(`the system does not let this user read the memory of process ${pid}`)
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8').catch(refused)
  const memory = await open(`/proc/${pid}/mem`, 'r').catch(refused)
  try {
    const buffer = Buffer.alloc(chunkBytes)
    let bytesRead = 0
    for (const range of writableRanges(maps)) {
      for (let at = range.start; at < range.end; at += chunkBytes - overlapBytes) {
        const length = Math.min(chunkBytes, range.end - at)
        // What was given back since the map was read is gone.
        const read = await memory.read(buffer, 0, length, at).catch(() => ({ bytesRead: 0 }))
        countMarks(buffer.subarray(0, read.bytesRead), marks, counts)
        bytesRead += read.bytesRead
      }
    }
    if (bytesRead === 0) throw new Unreadable(`nothing of the memory of process ${pid} could be read`)
  } finally {
    await memory.close()
  }
}

/** Source: proc_pid_maps(5) */
function writableRanges(maps: string): Range[] {
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)].map(([, start = '', end = '']) => ({
    start: Number.parseInt(start, 16),
    end: Number.parseInt(end, 16),
  }))
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    threads.map(thread => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  )
  return lists.flatMap(list => list.split(' ').filter(Boolean).map(Number))
}
