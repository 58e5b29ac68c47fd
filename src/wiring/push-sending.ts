import type { Backend } from '../backends/backend.js'
import { isStorageFailure } from '../chat/errors.js'
import { ConfigError } from '../config.js'
import type { Context } from '../context.js'
import type { Pushes, PushOutcome } from '../push/push.js'
import type { PushReach } from '../push/push-reach.js'

/** What reaches push services. */
export interface PushServices {
  readonly pushes: Pushes
  /** Returns where a browser wants to be told of messages, as it may be. @throws ChatError for where it may not */
  readonly checkEndpoint: (endpoint: string) => string
  /** The key by which browsers subscribe for this server, in base64url. */
  readonly publicKey: string
}

/**
 * Makes what tells devices. Null if the settings do not ask for it.
 * @throws ConfigError when its keys cannot be kept
 */
export async function openPushSending({
  config,
  clock,
  log,
  backend,
  reach,
  onOutcome,
}: Pick<Context, 'config' | 'clock' | 'log'> & {
  readonly backend: Pick<Backend, 'accounts'>
  readonly reach: PushReach
  readonly onOutcome: (outcome: PushOutcome) => void
}): Promise<PushServices | null> {
  const { contact, keys: given, hosts, proxy } = config.push
  if (contact === null) return null
  // Loaded only if they are used: they take megabytes.
  const { endpointCheck } = await import('../push/endpoint-check.js')
  const { openPushKeys } = await import('../push/push-keys.js')
  const { PushSender } = await import('../push/push-sender.js')
  const { PushQueue } = await import('../push/push-queue.js')
  const { sendToKnown } = await import('../push/known-devices.js')
  const keys = await openPushKeys(given, backend.accounts).catch((cause: unknown) => {
    if (!isStorageFailure(cause)) throw cause
    throw new ConfigError('The keys of push could not be kept with the accounts: the log says why.', { cause })
  })
  const sender = new PushSender({ contact, keys, hosts, proxy, reach })
  const pushes = new PushQueue({ clock, log, sender: sendToKnown(sender, backend.accounts, clock), hosts, onOutcome })
  return { pushes, checkEndpoint: endpointCheck(hosts), publicKey: keys.publicKey }
}
