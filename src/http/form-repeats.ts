import { createHmac, randomBytes } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import type { AccountState } from '../accounts/account.js'
import type { People } from '../accounts/people.js'
import type { Answer } from '../chat/answer.js'
import type { Clock } from '../chat/clock.js'
import type { Repeats } from './routes.js'
import { type FormsPlace, SharedPosts } from './shared-posts.js'

/** How long the outcome of a form is remembered, in milliseconds. */
const minuteMs = 60_000
/** How many forms of one kind are remembered at once. Without the oldest, its repeat is taken for a new form. */
const mostRemembered = 2000

/** How forms of one kind are told apart and remembered. */
export interface FormRepeatsOptions<T> {
  readonly clock: Clock
  /** Tells these forms from those of other kinds. */
  readonly name: string
  /** What an outcome is like. */
  readonly outcome: z.ZodType<T>
  /** Where other nodes may work on the same form; null if there are none. */
  readonly forms: FormsPlace | null
  /** Whether an outcome is still true; else the form is worked on again. By default it is. */
  readonly stands?: (outcome: T) => Promise<boolean>
  /** Milliseconds, a minute by default. 0: only while the form is worked on. */
  readonly rememberedMs?: number
  /** Whether the form ends the session of its cookie, so that its repeat is let in without one. */
  readonly endsSession?: boolean
  /** Compares the CSRF token too, so that a page that is loaded again can make a second one, of invites for example. */
  readonly isOfOnePage?: boolean
}

/** The outcome of a form that lets someone in. */
export const accountOutcome = z.object({ id: z.string(), generation: z.number() })

/** A form that is worked on, or was a moment ago. */
interface Post<T> {
  readonly digest: string
  readonly holder: string
  readonly outcome: Promise<T>
}

/** What a request posts, and the earlier post that it repeats if there is one. */
interface Noted<T> extends Pick<Post<T>, 'digest' | 'holder'> {
  readonly first: Post<T> | undefined
}

/**
 * Gives a form that is posted twice one outcome, as by a double click, of which a browser shows the second answer. A repeat
 * has the same address, cookie and fields, its password too. What was posted is remembered as a digest under a key of this
 * process, or of all nodes. A failure is shared only with repeats that wait for it: what was wrong may be right soon.
 */
export class FormRepeats<T> implements Repeats {
  readonly #options: FormRepeatsOptions<T>
  readonly #secret: string | Buffer
  readonly #elsewhere: SharedPosts<T> | null
  readonly #noted = new WeakMap<Request, Noted<T>>()
  /** By digest, the oldest first. */
  readonly #posts = new Map<string, Post<T>>()

  constructor(options: FormRepeatsOptions<T>) {
    this.#options = options
    const { forms, name, outcome } = options
    this.#secret = forms?.secret ?? randomBytes(32)
    this.#elsewhere = forms && new SharedPosts(forms, name, outcome)
  }

  /** For forms that let someone in: their outcome stands while nothing has ended the sessions of the account. */
  static ofAccounts<T extends AccountState>(
    people: Pick<People, 'find'>,
    options: Omit<FormRepeatsOptions<T>, 'stands'>,
  ): FormRepeats<T> {
    const stands = async ({ id, generation }: T) => (await people.find(id))?.generation === generation
    return new FormRepeats({ ...options, stands })
  }

  note(request: Request, cookie: string): void {
    const { body, originalUrl } = request
    const fields = Object.entries(typeof body === 'object' && body !== null ? body : {})
      .filter(([name]) => this.#options.isOfOnePage || name !== '_csrf')
      .sort(([one], [other]) => (one < other ? -1 : 1))
    const digest = this.#digestOf(JSON.stringify([cookie, originalUrl, fields]))
    this.#noted.set(request, { digest, holder: this.#digestOf(cookie), first: this.#posts.get(digest) })
  }

  expects(cookie: string): Answer<boolean> {
    if (!this.#options.endsSession) return false
    const wanted = this.#digestOf(cookie)
    for (const { holder } of this.#posts.values()) if (holder === wanted) return true
    return this.#elsewhere?.expects(wanted) ?? false
  }

  async isRepeat(request: Request): Promise<boolean> {
    const noted = this.#noted.get(request)
    // Why the first failed is told to whoever posted it.
    if (noted?.first) return noted.first.outcome.then(outcome => this.#stands(outcome)).catch(() => false)
    const found = noted && (await this.#elsewhere?.find(noted.digest))
    return found ? this.#stands(found.outcome) : false
  }

  /**
   * The outcome of a form: `work` does it, unless the request repeats another one.
   * @param countRepeat called for a repeat of what was done; may refuse it
   * @throws Error if the route does not declare these repeats; whatever the work or `countRepeat` throws
   */
  async once(request: Request, work: () => Promise<T>, countRepeat: () => Answer<void> = () => {}): Promise<T> {
    const noted = this.#noted.get(request)
    if (noted === undefined) throw new Error(`${request.path} does not declare its repeats`)
    const { digest, holder } = noted
    for (let first = noted.first ?? this.#posts.get(digest); first; first = this.#posts.get(digest)) {
      const outcome = await first.outcome
      if (await this.#stands(outcome)) {
        await countRepeat()
        return outcome
      }
      this.#forget(first)
    }
    const outcome = this.#elsewhere ? this.#workOnce(this.#elsewhere, { digest, holder }, work, countRepeat) : work()
    return this.#remember({ digest, holder, outcome })
  }

  /** Has one of all nodes do the work. */
  async #workOnce(
    elsewhere: SharedPosts<T>,
    { digest, holder }: Pick<Post<T>, 'digest' | 'holder'>,
    work: () => Promise<T>,
    countRepeat: () => Answer<void>,
  ): Promise<T> {
    while (!(await elsewhere.begin(digest, holder))) {
      const found = await elsewhere.find(digest)
      if (found === null) continue
      if (await this.#stands(found.outcome)) {
        await countRepeat()
        return found.outcome
      }
      await elsewhere.forget(digest)
    }
    try {
      const outcome = await work()
      await elsewhere.finish(digest, holder, outcome, this.#options.rememberedMs ?? minuteMs)
      return outcome
    } catch (error) {
      await elsewhere.forget(digest)
      throw error
    }
  }

  async #remember(post: Post<T>): Promise<T> {
    this.#posts.set(post.digest, post)
    for (const oldest of this.#posts.values()) {
      if (this.#posts.size <= mostRemembered) break
      this.#forget(oldest)
    }
    try {
      const outcome = await post.outcome
      this.#forgetLater(post)
      return outcome
    } catch (error) {
      this.#forget(post)
      throw error
    }
  }

  #forgetLater(post: Post<T>): void {
    const { clock, rememberedMs = minuteMs } = this.#options
    if (rememberedMs === 0) this.#forget(post)
    else clock.after(rememberedMs, () => this.#forget(post))
  }

  #forget(post: Post<T>): void {
    if (this.#posts.get(post.digest) === post) this.#posts.delete(post.digest)
  }

  async #stands(outcome: T): Promise<boolean> {
    return this.#options.stands?.(outcome) ?? true
  }

  #digestOf(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url')
  }
}
