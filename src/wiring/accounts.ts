import { Admission } from '../accounts/admission.js'
import { Gate } from '../accounts/gate.js'
import { passwordGuard } from '../accounts/password-guard.js'
import { createPasswordResets } from '../accounts/password-resets.js'
import { Passwords } from '../accounts/passwords.js'
import { People } from '../accounts/people.js'
import { Tokens } from '../accounts/tokens.js'
import type { Context } from '../context.js'
import type { Basis } from './basis.js'

/** The parts that deal with accounts. */
export interface Accounts extends Pick<Context, 'people' | 'admission' | 'resets' | 'tokens' | 'guard' | 'gate'> {
  /** Ends the password workers. */
  close(): Promise<void>
}

/** Makes what deals with accounts. */
export async function openAccounts({ config, log, clock, limits, backend }: Basis): Promise<Accounts> {
  const passwords = new Passwords({
    cost: config.bcryptCost,
    onError: error => log.error({ err: error }, 'a password worker failed'),
  })
  const place = { clock, store: backend.sharedStore }
  const admission = new Admission({ registration: config.registration, invites: config.invites, ...place })
  const resets = createPasswordResets(place)
  const people = new People({
    store: backend.accounts,
    passwords,
    directory: config.directory,
    clock,
    admission,
    limits,
    onHashNotRenewed: error => log.warn({ err: error }, 'the hash of a password could not be renewed'),
  })
  if (config.demoUsers) await people.addDemoAccounts()
  const guard = passwordGuard(limits)
  return {
    people,
    admission,
    resets,
    tokens: new Tokens({ secret: config.jwtSecret, lifetimeSeconds: config.jwtExpiresInSeconds, people, clock }),
    guard,
    gate: new Gate({ people, limits, guard }),
    close: () => passwords.close(),
  }
}
