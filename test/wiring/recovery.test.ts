import { describe, expect, it } from 'vitest'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { recoverFromLoss } from '#src/wiring/recovery.js'
import { captureLog } from '../support/captured-log.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'

function start() {
  const clock = new FakeClock()
  const { log, text } = captureLog()
  const done: string[] = []
  const state = { failures: 0 }
  let miss: (userId: string | null) => void = () => {}
  let empty: () => void = () => {}
  recoverFromLoss({
    ...{ clock, log },
    people: { list: async () => [], find: async () => null },
    hub: { catchUpMissed: userId => done.push(`catch up ${userId}`), reconnectAll: () => done.push('reconnect') },
    backend: {
      engine: new MemoryEngine({ ...generous, clock }),
      isPrivacyTold: async () => {
        if (state.failures-- > 0) throw new Error('away')
        return false
      },
      notePrivacyTold: async () => void done.push('told'),
      onMissed: hear => {
        miss = hear
      },
      onEmptied: hear => {
        empty = hear
      },
    },
  })
  return { clock, text, done, state, miss: (userId: string | null) => miss(userId), empty: () => empty() }
}

describe('what was lost', () => {
  it('of events is caught up with, for one person or for all', () => {
    const { done, miss } = start()
    miss('ann')
    miss(null)
    expect(done).toEqual(['catch up ann', 'catch up null'])
  })

  it('of rooms has pages connect anew once the engine knows again what people keep from others', async () => {
    const { done, empty, clock } = start()
    for (let part = 0; part < 64; part += 1) empty()
    await clock.advance(250)
    expect(done).toEqual(['told', 'reconnect'])
  })

  it('is tried again each second until it is mended', async () => {
    const { done, empty, clock, state, text } = start()
    state.failures = 2
    empty()
    await clock.advance(250)
    await clock.advance(1_999)
    expect(done).toEqual([])
    await clock.advance(1)
    expect(done).toEqual(['told', 'reconnect'])
    expect(text()).toMatch(/could not be told what people keep from others/)
  })
})
