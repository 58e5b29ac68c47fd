import { z } from 'zod'
import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { type OneTimeLink, OneTimeLinks, type OneTimeLinksOptions } from './one-time-links.js'

/** How long an invite is good, in milliseconds. */
export const inviteLifetimeMs = 7 * 86_400_000

/** How many invites of one member are good at once. */
export const invitesPerMember = 20

const operatorId = ''

/** Who may come in, and by whose invites. */
export interface AdmissionOptions {
  /** Who may create an account: everybody, people with an invite, or nobody. */
  readonly registration: 'open' | 'invite' | 'closed'
  /** Who makes invites: the operator and every member, or the operator alone. */
  readonly invites: 'members' | 'operator'
  readonly clock: Clock
  /** Where invites are kept; in memory by default. */
  readonly store?: OneTimeLinksOptions<null>['store']
}

/** Decides who may create an account, and keeps the invites. */
export class Admission {
  readonly registration: AdmissionOptions['registration']
  readonly #invites: AdmissionOptions['invites']
  readonly #links: OneTimeLinks<null>

  constructor({ registration, invites, ...place }: AdmissionOptions) {
    this.registration = registration
    this.#invites = invites
    const invite = { name: 'invite', lifetimeMs: inviteLifetimeMs, perOwner: invitesPerMember, value: z.null() }
    this.#links = new OneTimeLinks({ ...place, ...invite })
  }

  /** Whether members may make invites. */
  get isByMembers(): boolean {
    return this.registration === 'invite' && this.#invites === 'members'
  }

  /**
   * Makes an invite for a member, whose newest twenty are good.
   * @throws ChatError `not_found` unless members may make invites
   */
  async inviteBy(memberId: UserId): Promise<OneTimeLink> {
    if (!this.isByMembers) throw new ChatError('not_found')
    return this.#links.create(memberId, null)
  }

  /**
   * Makes an invite for the operator.
   * @throws ChatError `conflict` unless registration is by invite
   */
  async inviteByOperator(): Promise<OneTimeLink> {
    if (this.registration !== 'invite') throw new ChatError('conflict')
    return this.#links.create(operatorId, null)
  }

  /** The member who made an invite that is good; null if it is the operator's, or not good. */
  async inviterOf(invite: string): Promise<UserId | null> {
    return (await this.#links.ownerOf(invite)) || null
  }

  /** How many invites of a member are good. */
  countOf(memberId: UserId): Promise<number> {
    return this.#links.count(memberId)
  }

  /** Ends the invites of a member whose account is gone. */
  dropOf(memberId: UserId): Promise<void> {
    return this.#links.drop(memberId)
  }

  /** Why an invite (`''` for none) lets nobody in, or null if it does. */
  async refusalOf(invite: string): Promise<'registration_closed' | 'invite_needed' | null> {
    if (this.registration === 'closed') return 'registration_closed'
    return this.registration === 'open' || (await this.#links.isGood(invite)) ? null : 'invite_needed'
  }

  /**
   * Has `work` create an account, which uses up the invite unless it fails.
   * @throws ChatError `registration_closed`, `invite_needed`; whatever the work throws
   */
  async admit<T>(invite: string, work: () => Promise<T>): Promise<T> {
    const refusal = await this.refusalOf(invite)
    if (refusal !== null) throw new ChatError(refusal)
    return this.registration === 'open' ? work() : this.#links.use(invite, work)
  }
}

/** An admission that lets everybody in. */
export function openAdmission(clock: Clock): Admission {
  return new Admission({ registration: 'open', invites: 'operator', clock })
}
