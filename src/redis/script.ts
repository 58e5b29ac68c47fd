import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { RedisFailure, type RedisLink, refusalBy } from './link.js'

type Argument = string | number | Buffer

/** What tells a script the time, as `now`. */
export const clockLua = new URL('scripts/clock.lua', import.meta.url)

/** A command of ours: a file of Lua, which Redis runs as one step and knows by its digest. */
export class RedisScript {
  readonly #text: string
  readonly #sha: string

  /** @param files the files that it is made of, in their order */
  constructor(...files: readonly URL[]) {
    this.#text = files.map(readLua).join('')
    this.#sha = createHash('sha1').update(this.#text).digest('hex')
  }

  /**
   * Runs it on keys of one slot.
   * @throws ChatError `storage_failed` when Redis is away; it may still have run then; `server_full` when Redis has no memory left
   */
  run(link: RedisLink, keys: readonly string[], ...args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args]
    return withRefusals(
      link.call('EVALSHA', this.#sha, ...rest).catch((error: unknown) => {
        if (!(error instanceof RedisFailure) || !error.message.startsWith('NOSCRIPT')) throw error
        return link.call('EVAL', this.#text, ...rest)
      }),
    )
  }
}

/** Waits for what Redis answers. @throws ChatError as `RedisScript.run` does */
export function withRefusals<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw error instanceof RedisFailure ? refusalBy(error) : error
  })
}

/** A file of Lua without comments and indentation: it goes over the wire. */
export function readLua(file: URL): string {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('--'))
    .map(line => `${line}\n`)
    .join('')
}
