import type { Privacy, UserId } from '../chat/engine.js'
import { withoutAccents } from './accents.js'
import type { Device } from './device.js'
import { type AccountSettings, defaultSettings } from './settings.js'

/** The account of a person. `createdAt` in milliseconds since the epoch. */
export interface Account {
  readonly id: UserId
  /** As typed, in Unicode's composed form. */
  readonly username: string
  /** As typed, without surrounding spaces. Shown to its owner alone. */
  readonly email: string
  readonly passwordHash: string
  readonly createdAt: number
  /**
   * Raised when the password changes or the person logs out everywhere, which ends sessions and tokens of a lower one.
   */
  readonly generation: number
  /** Switched off by the operator: nobody can log in to it or find it. */
  readonly isDisabled: boolean
  readonly settings: AccountSettings
  /** Values of settings that this version of the program, or this machine, does not know. They stay stored for one that does, until the person chooses another. */
  readonly unknownSettings?: Readonly<Record<string, unknown>>
  /** Whom this person has blocked. */
  readonly blocked: readonly UserId[]
  /** The devices that are told of messages while the site is closed, the newest last. */
  readonly devices: readonly Device[]
}

/** An account as long as nothing ends its sessions, which raises its generation. */
export type AccountState = Pick<Account, 'id' | 'generation'>

/** A new account, with default settings. */
export function newAccount(begun: Pick<Account, 'id' | 'username' | 'email' | 'passwordHash' | 'createdAt'>): Account {
  return { ...begun, generation: 0, isDisabled: false, settings: defaultSettings, blocked: [], devices: [] }
}

/** An account once its sessions have ended, and with them what belongs to these. */
export function withSessionsEnded(account: Account): Account {
  return { ...account, generation: account.generation + 1, devices: [] }
}

/** The part of an account that others see. */
export interface PublicPerson {
  readonly id: UserId
  readonly username: string
}

/** The part of an account that others see. */
export function publicPerson({ id, username }: Account): PublicPerson {
  return { id, username }
}

/** What a person keeps from others. */
export function privacyOf({ settings: { sendsReceipts, sendsTyping }, blocked }: Account): Privacy {
  return { sendsReceipts, sendsTyping, blocked }
}

/** A key that is the same for all spellings of a name: case and width of letters do not tell names apart. */
export function usernameKey(username: string): string {
  // Upper case first, as only that makes `ß` the same as `ss`. Lower case then spells a sigma by its place in a word.
  return username.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}

/** A key that is the same for names that a search does not tell apart: neither case, width nor accents count. */
export function searchKey(username: string): string {
  return usernameKey(withoutAccents(username))
}

/** A key that is the same for all spellings of an e-mail address. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
}
