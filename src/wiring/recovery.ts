import type { Context } from '../context.js'
import type { Basis } from './basis.js'
import { tellPrivacy } from './privacy.js'

type PrivacyBackend = 'engine' | 'isPrivacyTold' | 'notePrivacyTold'

const retryMs = 1_000
/** The parts of a cluster notice one after another that they are empty, within this time, ms. */
const gatherMs = 250

/** Brings pages and programs up to date when events or rooms were lost while this process went on. */
export function recoverFromLoss({
  backend,
  people,
  hub,
  clock,
  log,
}: Pick<Basis, 'clock' | 'log'> & {
  readonly backend: Pick<Basis['backend'], PrivacyBackend | 'onMissed' | 'onEmptied'>
  readonly people: Pick<Context['people'], 'list' | 'find'>
  readonly hub: Pick<Context['hub'], 'catchUpMissed' | 'reconnectAll'>
}): void {
  backend.onMissed(userId => hub.catchUpMissed(userId))
  const recover = () => {
    tellPrivacy(backend, people).then(
      () => hub.reconnectAll(),
      (error: unknown) => {
        log.error({ err: error }, 'the engine could not be told what people keep from others')
        clock.after(retryMs, recover)
      },
    )
  }
  let isGathering = false
  backend.onEmptied(() => {
    if (isGathering) return
    isGathering = true
    clock.after(gatherMs, () => {
      isGathering = false
      log.warn('Redis has lost what it held: chats have ended')
      recover()
    })
  })
}
