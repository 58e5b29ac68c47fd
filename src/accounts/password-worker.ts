import { parentPort } from 'node:worker_threads'
import { genSaltSync, hashSync } from 'bcryptjs'

/** One hashing: `salt` is a cost for a new hash, or a hash's own salt to hash the same way again. */
export interface PasswordTask {
  readonly password: string
  readonly salt: number | string
  /** Costs of hashes that are made for the time they take alone. */
  readonly dummyCosts: readonly number[]
}

// In a worker thread blocking stalls nobody.
parentPort?.on('message', ({ password, salt, dummyCosts }: PasswordTask) => {
  const hash = hashSync(password, salt)
  for (const cost of dummyCosts) hashSync(password, genSaltSync(cost))
  parentPort?.postMessage(hash)
})
