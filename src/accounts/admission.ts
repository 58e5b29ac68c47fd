import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { type OneTimeLink, OneTimeLinks } from './one-time-links.js'

/** How long an invite works, in milliseconds. */
export const inviteLifetimeMs = 7 * 86_400_000

/** How many invites of one member work at once. */
export const invitesPerMember = 20

const operatorId = ''

export interface AdmissionOptions {
  /** Who may create an account: everybody, who has an invite, or nobody. */
  readonly registration: 'open' | 'invite' | 'closed'
  /** Who makes invites: every member beside the operator, or the operator alone. */
  readonly invites: 'members' | 'operator'
  readonly clock: Clock
}

/** Who may come in. */
export class Admission {
  readonly registration: AdmissionOptions['registration']
  readonly #invites: AdmissionOptions['invites']
  readonly #links: OneTimeLinks<null>

  constructor({ registration, invites, clock }: AdmissionOptions) {
    this.registration = registration
    this.#invites = invites
    this.#links = new OneTimeLinks({ clock, lifetimeMs: inviteLifetimeMs, perOwner: invitesPerMember })
  }

  /** Whether members make invites. */
  get isByMembers(): boolean {
    return this.registration === 'invite' && this.#invites === 'members'
  }

  /** Makes an invite; of a member's the newest twenty work. */
  inviteBy(memberId: UserId): OneTimeLink {
    if (!this.isByMembers) throw new ChatError('not_found')
    return this.#links.create(memberId, null)
  }

  /**
   * Makes an invite of the operator's.
   * @throws ChatError `conflict` where nobody is asked for an invite, or nobody comes in by one
   */
  inviteByOperator(): OneTimeLink {
    if (this.registration !== 'invite') throw new ChatError('conflict')
    return this.#links.create(operatorId, null)
  }

  /** How many invites of a member work. */
  countOf(memberId: UserId): number {
    return this.#links.count(memberId)
  }

  /** Ends the invites of a member who is no more. */
  dropOf(memberId: UserId): void {
    this.#links.drop(memberId)
  }

  /** Why nobody comes in with such an invite (`''` for none), or null. */
  refusalOf(invite: string): 'registration_closed' | 'invite_needed' | null {
    if (this.registration === 'closed') return 'registration_closed'
    return this.registration === 'open' || this.#links.isGood(invite) ? null : 'invite_needed'
  }

  /**
   * Lets somebody in by `work`, which uses their invite up unless it fails.
   * @throws ChatError `registration_closed`, `invite_needed`; whatever the work throws
   */
  async admit<T>(invite: string, work: () => Promise<T>): Promise<T> {
    const refusal = this.refusalOf(invite)
    if (refusal !== null) throw new ChatError(refusal)
    return this.registration === 'open' ? work() : this.#links.use(invite, work)
  }
}

/** Lets everybody in. */
export function openAdmission(clock: Clock): Admission {
  return new Admission({ registration: 'open', invites: 'operator', clock })
}
