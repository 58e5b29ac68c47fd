import { hashSync } from 'bcryptjs'

/** One hashing: `salt` is a cost for a new hash, or a hash's own salt to hash the same way again. */
export interface PasswordTask {
  readonly password: string
  readonly salt: number | string
}

/** Runs in a worker thread, where blocking stalls nobody. */
export function hashPassword({ password, salt }: PasswordTask): string {
  return hashSync(password, salt)
}
