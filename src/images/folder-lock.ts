import { unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join, relative } from 'node:path'
import { ConfigError } from '../config.js'

/** The name of the lock in its folder. */
export const lockName = '.in-use'

/**
 * Holds a folder for this process alone, by listening on a socket in it: whether its holder lives is known to the
 * kernel, so that a crash blocks nobody, and neither a process id used again nor another container deceives.
 * @throws ConfigError with one sentence when another process holds it
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  const path = shortest(join(folder, lockName))
  const server = createServer(socket => socket.end()).unref()
  if (!(await listen(server, path))) {
    if (await answers(path)) {
      throw new ConfigError(`UPLOAD_DIR is "${folder}", but another server is using this folder. Give each its own.`)
    }
    await unlink(path)
    if (!(await listen(server, path))) {
      throw new ConfigError(
        `UPLOAD_DIR is "${folder}", but another server has just begun to use it. Give each its own.`,
      )
    }
  }
  return { release: () => new Promise(resolve => server.close(() => resolve())) }
}

/** The name of a socket holds about a hundred bytes; the way from here is often shorter. */
function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.length < path.length ? fromHere : path
}

/** Begins to listen; false when something stands there already. */
function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error))
    server.once('error', fail)
    server.listen(path, () => {
      server.off('error', fail)
      resolve(true)
    })
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    const answer = (isAlive: boolean) => {
      socket.destroy()
      resolve(isAlive)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}
