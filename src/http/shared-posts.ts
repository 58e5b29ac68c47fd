import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { seal, unseal } from '../shared-store/sealing.js'
import type { SharedStore } from '../shared-store/shared-store.js'

/** How long a form may be worked on, ms: a node that has died works on nothing. */
const mostWorkMs = 30_000
/** How often it is looked whether another node is done, ms. */
const lookEveryMs = 50
/** The least that an outcome stays, ms, so that nodes which wait for it find it. */
const leastRememberedMs = 4 * lookEveryMs

/** A form as it is kept. JSON leaves out the outcome of one that has none, such as of a log-out. */
const postSchema = z.object({ isDone: z.boolean(), outcome: z.unknown().optional() })

/** Where nodes tell each other of forms, and the secret by which all of them recognise one. */
export interface FormsPlace {
  readonly store: Pick<SharedStore, 'set' | 'get' | 'delete'>
  readonly secret: string
}

/**
 * What nodes know of the forms of one kind that each of them works on, or has just worked on. It is encrypted by a key that is made
 * of the form's digest, which no store has: an outcome may be a link that lets whoever has it in.
 */
export class SharedPosts<T> {
  readonly #store: FormsPlace['store']
  readonly #secret: string
  readonly #name: string
  readonly #outcome: z.ZodType<T>

  constructor({ store, secret }: FormsPlace, name: string, outcome: z.ZodType<T>) {
    this.#store = store
    this.#secret = secret
    this.#name = name
    this.#outcome = outcome
  }

  /** Begins to work on a form. Resolves with whether no other does or has. */
  async begin(digest: string, holder: string): Promise<boolean> {
    if (!(await this.#store.set(this.#keyOf(digest), this.#seal(digest, { isDone: false }), mostWorkMs, 'new')))
      return false
    await this.#store.set(this.#holderKeyOf(holder), 'expected', mostWorkMs)
    return true
  }

  /** Tells what came of a form, and remembers it for so long. */
  async finish(digest: string, holder: string, outcome: T, rememberedMs: number): Promise<void> {
    const ttlMs = Math.max(rememberedMs, leastRememberedMs)
    // What is more than an outcome should have is kept from the store.
    const done = { isDone: true, outcome: this.#outcome.parse(outcome) }
    await this.#store.set(this.#keyOf(digest), this.#seal(digest, done), ttlMs)
    await this.#store.set(this.#holderKeyOf(holder), 'expected', ttlMs)
  }

  /** Forgets a form that failed, or whose outcome no longer stands. */
  async forget(digest: string): Promise<void> {
    await this.#store.delete(this.#keyOf(digest))
  }

  /** What came of a form that another node works on or has worked on, once it is known; null if there is none. */
  async find(digest: string): Promise<{ readonly outcome: T } | null> {
    for (;;) {
      const kept = await this.#store.get(this.#keyOf(digest))
      if (kept === null) return null
      const { isDone, outcome } = postSchema.parse(JSON.parse(unseal(this.#sealKeyOf(digest), kept.value).toString()))
      if (isDone) return { outcome: this.#outcome.parse(outcome) }
      await sleep(lookEveryMs)
    }
  }

  /** Whether a form that came with this cookie is worked on, or was a moment ago. */
  async expects(holder: string): Promise<boolean> {
    return (await this.#store.get(this.#holderKeyOf(holder))) !== null
  }

  #seal(digest: string, post: z.infer<typeof postSchema>): Buffer {
    return seal(this.#sealKeyOf(digest), Buffer.from(JSON.stringify(post)))
  }

  #sealKeyOf(digest: string): Buffer {
    return createHmac('sha256', this.#secret).update(`form ${digest}`).digest()
  }

  #keyOf(digest: string): string {
    return `form:${this.#name} ${digest}`
  }

  #holderKeyOf(holder: string): string {
    return `form-holder:${this.#name} ${holder}`
  }
}
