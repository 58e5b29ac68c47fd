import { isStorageFailure } from '../chat/errors.js'
import type { Context } from '../context.js'
import { AbsenceWatch } from '../push/absence-watch.js'
import { DeviceSessions } from '../push/device-sessions.js'
import { OpenSessions } from '../push/open-sessions.js'
import type { PushOutcome } from '../push/push.js'
import { internet, type PushReach } from '../push/push-reach.js'
import type { Basis } from './basis.js'
import { openPushSending, type PushServices } from './push-sending.js'

/** What tests put in the place of the internet. */
export interface Outside {
  /** How push services are reached. */
  readonly reach?: PushReach
  /** What tells devices, whatever the settings say. */
  readonly services?: PushServices
}

/** The parts that tell devices of messages while the site is closed; those that are null where that is switched off. */
export interface PushParts extends Pick<Context, 'checkEndpoint' | 'deviceSessions' | 'pushKey'> {
  readonly absences: AbsenceWatch | null
  readonly openSessions: OpenSessions | null
  /** Tells no device any more. */
  stop(): void
}

/** Makes them. Where devices are not told, those that are known end with their sessions all the same. @throws ConfigError */
export async function openPush({
  outside,
  onOutcome,
  ...parts
}: Basis &
  Pick<Context, 'people'> & {
    readonly outside: Outside
    readonly onOutcome: (outcome: PushOutcome) => void
  }): Promise<PushParts> {
  const { config, clock, log, sharedStore, backend, people } = parts
  const { reach = internet, services = await openPushSending({ ...parts, reach, onOutcome }) } = outside
  const deviceSessions = new DeviceSessions({ people, clock, log, sessionTtlMs: config.sessionTtlMs })
  if (services === null)
    return { deviceSessions, checkEndpoint: null, pushKey: null, absences: null, openSessions: null, stop: () => {} }
  const { pushes, checkEndpoint, publicKey: pushKey } = services
  const openSessions = new OpenSessions({
    ...{ people, sharedStore, clock },
    nodeId: backend.peers?.nodeId ?? 'alone',
    onError: error => {
      // While what nodes share is away, that is logged once, elsewhere.
      if (!isStorageFailure(error)) log.error({ err: error }, 'which sessions have a page open could not be shared')
    },
  })
  const { engine } = backend
  const absences = new AbsenceWatch({ engine, people, openSessions, sharedStore, pushes, clock, log })
  return {
    ...{ deviceSessions, checkEndpoint, pushKey, absences, openSessions },
    stop() {
      absences.stop()
      openSessions.stop()
      pushes.stop()
    },
  }
}
