import type { Context } from '../context.js'
import type { Basis } from './basis.js'
import { tellPrivacy } from './privacy.js'

const retryMs = 1_000

/** Brings pages and programs up to date when events or rooms were lost while this process went on. */
export function recoverFromLoss({
  backend,
  people,
  hub,
  clock,
  log,
}: Pick<Basis, 'backend' | 'clock' | 'log'> & Pick<Context, 'people' | 'hub'>): void {
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
  backend.onEmptied(() => {
    log.warn('Redis has lost what it held: all chats have ended')
    recover()
  })
}
