import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { ChatError } from '#src/chat/errors.js'
import type { RedisLink } from '#src/redis/link.js'
import { clockLua, RedisScript, withRefusals } from '#src/redis/script.js'
import type { CountWindow, KeptValue, SharedStore, WindowCount } from './shared-store.js'

const fileOf = (name: string) => new URL(`scripts/${name}.lua`, import.meta.url)

/** The function of Lua that counts a hit. */
export const countingLua = fileOf('counting')

const scripts = {
  get: new RedisScript(fileOf('get')),
  take: new RedisScript(fileOf('take')),
  addToList: new RedisScript(fileOf('add-to-list')),
  count: new RedisScript(clockLua, countingLua, fileOf('count')),
  uncount: new RedisScript(fileOf('uncount')),
}

const text = z.instanceof(Buffer).transform(bytes => bytes.toString())
const texts = z.array(text)
const keptValue = z.tuple([z.instanceof(Buffer), z.number()]).nullable()
const windowCount = z.tuple([z.number(), z.number(), z.number(), z.number()])

export interface RedisSharedStoreOptions {
  readonly link: RedisLink
  /** Keys hold no id, address or name in clear, but what this makes of them. The same on every node. */
  readonly secret: string
  /** What keys and channels begin with, so that several may share a Redis, as in tests. */
  readonly space?: string
  /** The time by which windows are counted in place of Redis's own, ms: for tests alone. */
  readonly now?: () => number
}

/** The shared store of several nodes, in Redis or a cluster. Each method is one command or script, and so one round trip. */
export class RedisSharedStore implements SharedStore {
  readonly #link: RedisLink
  readonly #secret: string
  readonly #space: string
  readonly #now: (() => number) | null
  readonly #listeners = new Map<string, Set<(message: string) => void>>()
  readonly #endHearing: () => void

  constructor({ link, secret, space = '', now }: RedisSharedStoreOptions) {
    this.#link = link
    this.#secret = secret
    this.#space = space
    this.#now = now ?? null
    this.#endHearing = link.onMessage((channel, message) => {
      const listeners = this.#listeners.get(channel)
      if (!listeners) return
      const heard = message.toString()
      for (const hear of listeners) hear(heard)
    })
  }

  async set(key: string, value: string | Buffer, ttlMs: number, only?: 'new' | 'kept'): Promise<boolean> {
    const condition = only === undefined ? [] : [only === 'new' ? 'NX' : 'XX']
    return (await this.#call('SET', this.#keyOf(key), value, 'PX', Math.ceil(ttlMs), ...condition)) !== null
  }

  async get(key: string): Promise<KeptValue | null> {
    return readKept(await scripts.get.run(this.#link, [this.#keyOf(key)]))
  }

  async take(key: string): Promise<KeptValue | null> {
    return readKept(await scripts.take.run(this.#link, [this.#keyOf(key)]))
  }

  async prolong(key: string, ttlMs: number): Promise<boolean> {
    return (await this.#call('PEXPIRE', this.#keyOf(key), Math.ceil(ttlMs))) === 1
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#call('DEL', this.#keyOf(key))) === 1
  }

  async addToList(key: string, member: string, ttlMs: number, most: number): Promise<readonly string[]> {
    return texts.parse(await scripts.addToList.run(this.#link, [this.#keyOf(key)], member, Math.ceil(ttlMs), most))
  }

  async readList(key: string): Promise<readonly string[]> {
    return texts.parse(await this.#call('ZRANGE', this.#keyOf(key), 0, -1))
  }

  async removeFromList(key: string, member: string): Promise<boolean> {
    return (await this.#call('ZREM', this.#keyOf(key), member)) === 1
  }

  async count(window: CountWindow, key: string, mostWaitMs: number): Promise<WindowCount> {
    const { windowMs, limit } = window
    const now = this.#now?.() ?? ''
    const answer = await scripts.count.run(this.#link, [this.countKeyOf(window, key)], now, windowMs, limit, mostWaitMs)
    const [isCounted, count, waitMs, resetAfterMs] = windowCount.parse(answer)
    return { isCounted: isCounted === 1, count, waitMs, resetAfterMs }
  }

  async uncount(window: CountWindow, key: string): Promise<void> {
    await scripts.uncount.run(this.#link, [this.countKeyOf(window, key)])
  }

  async resetCount(window: CountWindow, key: string): Promise<void> {
    await this.#call('DEL', this.countKeyOf(window, key))
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#call(this.#link.isSharded ? 'SPUBLISH' : 'PUBLISH', `${this.#space}${channel}`, message)
  }

  async subscribe(channel: string, hear: (message: string) => void): Promise<() => void> {
    const name = `${this.#space}${channel}`
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(hear))
    // The channel itself stays subscribed: there are few, and somebody else may be about to listen.
    const end = () => void listeners.delete(hear)
    await this.#link.subscribe([name]).catch(() => {
      end()
      throw new ChatError('storage_failed')
    })
    return end
  }

  onMissed(hear: () => void): () => void {
    return this.#link.onHealed(hear)
  }

  /** What is kept stays, and so does the connection, which belongs to whoever made it. */
  close(): void {
    this.#endHearing()
    this.#listeners.clear()
  }

  /** Where the hits of a key are counted. */
  countKeyOf({ name }: Pick<CountWindow, 'name'>, key: string): string {
    return this.#keyOf(`limit:${name} ${key}`)
  }

  /** The kind of a key, which stands before its first colon, is in clear, so that an operator can tell what Redis holds. */
  #keyOf(key: string): string {
    const [kind = ''] = key.split(':', 1)
    const digest = createHmac('sha256', this.#secret).update(key).digest('base64url').slice(0, 22)
    return `${this.#space}${kind}:${digest}`
  }

  #call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return withRefusals(this.#link.call(command, ...args))
  }
}

function readKept(answer: unknown): KeptValue | null {
  const kept = keptValue.parse(answer)
  return kept && { value: kept[0], remainsMs: kept[1] }
}
