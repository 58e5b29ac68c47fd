import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { clearAtExit } from '../support/leftovers.js'

/** A display that nobody sees. */
export interface Display {
  /** Its name, such as ":1". */
  readonly name: string
  stop(): Promise<void>
}

/** Starts one, under the first number that is free, by the Xvfb at a path. @throws Error if it does not start */
export async function startDisplay(xvfb: string): Promise<Display> {
  const args = ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp']
  const server = spawn(xvfb, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  let complaints = ''
  server.stderr?.on('data', piece => {
    complaints += piece
  })
  const forget = clearAtExit(() => server.kill('SIGKILL'))
  const ended = once(server, 'exit').then(() => forget())
  const number = await Promise.race([firstLine(server.stdio[3]), ended.then(() => '')])
  if (number === '') throw new Error(`Xvfb, which shows the windows of WebKit, did not start: ${complaints}`)
  return {
    name: `:${number}`,
    async stop() {
      server.kill('SIGTERM')
      await ended
    },
  }
}

async function firstLine(output: unknown): Promise<string> {
  let read = ''
  for await (const piece of isReadable(output) ? output : []) {
    read += piece
    if (read.includes('\n')) break
  }
  return read.trim()
}

const isReadable = (output: unknown): output is Readable =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output
