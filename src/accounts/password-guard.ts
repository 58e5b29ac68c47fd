import { ChatError, InvalidInput } from '../chat/errors.js'
import { addressKey, type Limits, refuseOver } from '../limits.js'
import { emailKey } from './account.js'

/** The account whose password is tried, and the address that tries it. */
export interface PasswordTry {
  readonly email: string
  readonly address: string | undefined
}

/**
 * Runs a check of a password, unless too many wrong ones were tried for that account from that address.
 * @throws ChatError `rate_limited`; whatever the check throws
 */
export type PasswordGuard = <T>(tried: PasswordTry, check: () => Promise<T>) => Promise<T>

/** The one guard of every page that asks for a password, so that no page is a way around the limit of another. */
export function passwordGuard({ auth }: Pick<Limits, 'auth'>): PasswordGuard {
  return async ({ email, address }, check) => {
    const key = `${emailKey(email)} ${addressKey(address)}`
    await refuseOver(auth, key)
    let isWrong = false
    try {
      return await check()
    } catch (error) {
      isWrong = isWrongPassword(error)
      throw error
    } finally {
      if (!isWrong) await auth.refund(key)
    }
  }
}

function isWrongPassword(error: unknown): boolean {
  if (error instanceof InvalidInput) return Object.values(error.fields).includes('password_wrong')
  return error instanceof ChatError && error.code === 'unauthenticated'
}
