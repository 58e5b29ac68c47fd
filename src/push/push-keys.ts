import webPush from 'web-push'
import type { AccountStore } from '../accounts/account-store.js'
import { ConfigError } from '../config.js'
import { publicKeyOf } from '../vapid-key.js'
import type { PushKeys } from './push.js'

/** The name under which the private key is kept with the accounts. */
const keptAs = 'push-key'

/**
 * The keys of the settings; without them those that were made at the first start and are kept with the accounts, so that what browsers
 * have subscribed to lasts.
 * @throws ConfigError when what is kept is no key
 * @throws ChatError `storage_failed`
 */
export async function openPushKeys(
  given: PushKeys | null,
  accounts: Pick<AccountStore, 'keepSecret'>,
): Promise<PushKeys> {
  if (given !== null) return given
  const privateKey = await accounts.keepSecret(keptAs, webPush.generateVAPIDKeys().privateKey)
  const publicKey = publicKeyOf(privateKey)
  if (publicKey !== null) return { publicKey, privateKey }
  throw new ConfigError(
    `The private key of push that is kept with the accounts ("${keptAs}") is damaged: restore it, or set VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY.`,
  )
}
