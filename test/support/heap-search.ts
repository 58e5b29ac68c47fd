import { once } from 'node:events'
import { z } from 'zod'
import type { ServerProcess } from './server-process.js'

const places = z.array(z.array(z.string()))

/**
 * Where each word is in the memory of a server that runs heap-server.mjs: `heap`, `buffer`. A word is text, or bytes as Latin-1.
 */
export async function findInHeap(server: ServerProcess, words: readonly string[]): Promise<string[][]> {
  const answer = once(server.child, 'message')
  server.child.send(words.map(word => [...word].reverse().join('')))
  return places.parse((await answer)[0])
}
