import { isStorageFailure } from '../chat/errors.js'
import type { Context } from '../context.js'
import { AbsenceWatch } from '../push/absence-watch.js'
import { DeviceSessions } from '../push/device-sessions.js'
import { OpenSessions } from '../push/open-sessions.js'
import type { Pushes } from '../push/push.js'
import type { Basis } from './basis.js'

/** What reaches push services. */
export interface PushServices {
  readonly pushes: Pushes
  /** Returns where a browser wants to be told of messages, as it may be. @throws ChatError for where it may not */
  readonly checkEndpoint: (endpoint: string) => string
  /** The key by which browsers subscribe for this server, in base64url. */
  readonly publicKey: string
}

/** The parts that tell devices of messages while the site is closed; those that are null where that is switched off. */
export interface PushParts extends Pick<Context, 'checkEndpoint' | 'deviceSessions' | 'pushKey'> {
  readonly absences: AbsenceWatch | null
  readonly openSessions: OpenSessions | null
  /** Tells no device any more. */
  stop(): void
}

/** Makes them. @param services null where devices are not told: those that are known end with their sessions all the same */
export function createPush(
  { config, clock, log, sharedStore, backend, people }: Basis & Pick<Context, 'people'>,
  services: PushServices | null,
): PushParts {
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
