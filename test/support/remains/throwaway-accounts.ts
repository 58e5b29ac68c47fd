import { HttpClient } from '../http-client.js'
import type { Credentials } from './people.js'
import type { Finding } from './watch.js'

/** What the operator of a server may do. */
export interface Operator {
  /** Makes an account, and gives the link by which its password is set. */
  add(name: string, email: string): Promise<string>
  /** Deletes an account. */
  remove(name: string): Promise<void>
}

/** Accounts that an operator makes for a while. */
export class ThrowawayAccounts {
  readonly #url: string
  readonly #operator: Operator
  readonly #made: string[] = []

  constructor(url: string, operator: Operator) {
    this.#url = url
    this.#operator = operator
  }

  /** Makes one, and gives the browser of its person, who is logged in. */
  async make({ name, password }: Credentials): Promise<HttpClient> {
    const email = `${name}@example.com`
    const link = await this.#operator.add(name, email)
    this.#made.push(name)
    const client = new HttpClient(this.#url)
    const reset = await client.post(new URL(link).pathname, { newPassword: password })
    const logIn = await client.logIn(email, password)
    if (reset.status !== 303 || logIn.status !== 303)
      throw new Error(`Setting a password was answered with ${reset.status}, logging in with ${logIn.status}`)
    return client
  }

  /** Deletes them, each whatever becomes of the others. Gives what to say where some stay, else null. */
  async removeAll(): Promise<Finding | null> {
    const removals = await Promise.allSettled(this.#made.map(name => this.#operator.remove(name)))
    const stay = this.#made.filter((_, index) => removals[index]?.status === 'rejected')
    if (stay.length === 0) return null
    const why = removals.flatMap(removal => (removal.status === 'rejected' ? [wordsOf(removal.reason)] : []))
    const line = `accounts of this check: ${stay.join(' and ')} could not be deleted (${why.join('; ')}): delete them with "npm run admin -- delete NAME"`
    return { line, isKept: false, isChecked: true }
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
