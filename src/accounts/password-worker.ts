import { parentPort } from 'node:worker_threads'
import { genSaltSync, hashSync } from 'bcryptjs'

/** A password to hash. `salt` is a cost for a new hash, or the salt of an existing hash, to compare with it. */
export interface PasswordTask {
  readonly password: string
  readonly salt: number | string
  /** Costs of further hashes, made only to take as long as a more expensive one. */
  readonly dummyCosts: readonly number[]
}

// Blocking is fine here: the thread does nothing else.
parentPort?.on('message', ({ password, salt, dummyCosts }: PasswordTask) => {
  const hash = hashSync(password, salt)
  for (const cost of dummyCosts) hashSync(password, genSaltSync(cost))
  parentPort?.postMessage(hash)
})
