import type { Backend } from '../backends/backend.js'
import type { Context } from '../context.js'
import { closeCodes } from '../live/client/close-codes.js'
import { tellPrivacyOf } from './privacy.js'

/** Passes changes of accounts on to everything that holds something of their owners. */
export function followAccounts({
  people,
  admission,
  resets,
  backend,
  hub,
  log,
}: Pick<Context, 'people' | 'admission' | 'resets' | 'hub' | 'log'> & {
  readonly backend: Pick<Backend, 'engine'>
}): void {
  // They let nobody in: the account is gone, or of another generation.
  const noteKept = (error: unknown) => log.error({ err: error }, 'the links of an account could not be removed')
  people.onAmended(account => {
    tellPrivacyOf(account, backend, people).then(
      // Their pages reconnect at once, and catch up without what is now hidden.
      blocked => blocked.length > 0 && hub.closeUser(account.id, closeCodes.restarting),
      (error: unknown) => log.error({ err: error }, "a person's privacy settings could not be passed to the engine"),
    )
  })
  people.onGenerationChange(({ id }) => {
    hub.closeUser(id)
    resets.drop(id).catch(noteKept)
  })
  people.onRemoved(id => {
    hub.closeUser(id)
    admission.dropOf(id).catch(noteKept)
    resets.drop(id).catch(noteKept)
    backend.engine
      .forgetPerson(id)
      .catch((error: unknown) =>
        log.error({ err: error }, 'the data of a deleted person could not be removed from the engine'),
      )
  })
}
