import type { Privacy, UserId } from '../chat/engine.js'
import { type AccountSettings, defaultSettings } from './settings.js'

/** Someone who can log in. `createdAt` in milliseconds since the epoch. */
export interface Account {
  readonly id: UserId
  /** As typed, in Unicode's composed form. */
  readonly username: string
  /** As typed, without the spaces around it. Shown to its owner alone. */
  readonly email: string
  readonly passwordHash: string
  readonly createdAt: number
  /** Goes up when the password changes or the person logs out everywhere: sessions and tokens of a lower one are over. */
  readonly generation: number
  /** Switched off by the operator: nobody logs in to it, nobody finds it. */
  readonly isDisabled: boolean
  readonly settings: AccountSettings
  /** Whom this person has blocked. */
  readonly blocked: readonly UserId[]
}

/** An account as it begins. */
export function newAccount(begun: Pick<Account, 'id' | 'username' | 'email' | 'passwordHash' | 'createdAt'>): Account {
  return { ...begun, generation: 0, isDisabled: false, settings: defaultSettings, blocked: [] }
}

/** What others see of an account. */
export interface PublicPerson {
  readonly id: UserId
  readonly username: string
}

/** The account without what is nobody else's business. */
export function publicPerson({ id, username }: Account): PublicPerson {
  return { id, username }
}

/** What a person keeps from others. */
export function privacyOf({ settings: { sendsReceipts, sendsTyping }, blocked }: Account): Privacy {
  return { sendsReceipts, sendsTyping, blocked }
}

/** What two spellings of one name have in common: neither case nor the width of a letter tells names apart. */
export function usernameKey(username: string): string {
  // Upper case first: it alone makes one of `ß` and `ss`. Lower case then spells a sigma by its place in the word.
  return username.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}

/** What two spellings of one e-mail address have in common. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
}
