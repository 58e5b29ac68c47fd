import { ChatError, InvalidInput } from '../chat/errors.js'
import { addressKey, type Limits, refuseOver } from '../limits.js'
import { emailKey } from './account.js'

/** Whose password is tried, and from where. */
export interface PasswordTry {
  readonly email: string
  readonly address: string | undefined
}

/** Performs what checks a password, unless too many wrong ones were tried for that account from that address. */
export type PasswordGuard = <T>(tried: PasswordTry, check: () => Promise<T>) => Promise<T>

/** One guard for every page that asks for a password, so that no page is a way around another's limit. */
export function passwordGuard({ auth }: Pick<Limits, 'auth'>): PasswordGuard {
  return async ({ email, address }, check) => {
    const key = `${emailKey(email)} ${addressKey(address)}`
    refuseOver(auth, key)
    let isWrong = false
    try {
      return await check()
    } catch (error) {
      isWrong = isWrongPassword(error)
      throw error
    } finally {
      if (!isWrong) auth.refund(key)
    }
  }
}

function isWrongPassword(error: unknown): boolean {
  if (error instanceof InvalidInput) return Object.values(error.fields).includes('password_wrong')
  return error instanceof ChatError && error.code === 'unauthenticated'
}
