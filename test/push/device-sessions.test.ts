import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { type Device, digestSession } from '#src/accounts/device.js'
import { DeviceSessions } from '#src/push/device-sessions.js'
import { captureLog } from '../support/captured-log.js'
import { FakeClock } from '../support/fake-clock.js'
import { deviceOf } from '../support/push/devices.js'

const hour = 3_600_000
const day = 24 * hour

/** Sessions that last a week, unless told, and one device that was switched on now. */
function start({ sessionTtlMs = 7 * day } = {}) {
  const clock = new FakeClock()
  clock.apartMs = 5
  const people = {
    dropDevices: vi.fn(async (_id: string, _hasEnded: (device: Device) => boolean) => {}),
    prolongDevice: vi.fn(async (_id: string, _session: string, _endsAt: number) => {}),
  }
  const { log, text } = captureLog()
  const sessions = new DeviceSessions({ people, clock, log, sessionTtlMs })
  const device = deviceOf('a', { session: digestSession('s1'), endsAt: sessions.endsAt })
  const use = (sessionId = 's1', devices: readonly Device[] = [device]) =>
    sessions.used({ id: 'ann', devices }, sessionId)
  return { clock, people, sessions, device, use, text }
}

describe('a device', () => {
  it('ends when its session would, by the wall clock', () => {
    const { sessions, clock } = start({ sessionTtlMs: hour })
    expect(sessions.endsAt).toBe(clock.now() + 5 + hour)
  })

  it('ends with its session, and no other does', () => {
    const { people, sessions, device } = start()
    sessions.ended('ann', 's1')
    const [[id, hasEnded] = []] = people.dropDevices.mock.calls
    expect([id, hasEnded?.(device), hasEnded?.(deviceOf('b'))]).toEqual(['ann', true, false])
  })

  it.each([
    ['a day', 30 * day, day],
    ['a seventh of the session’s time', 7 * hour, hour],
  ])('is prolonged by the use of its session once %s is over, and not before', async (_what, sessionTtlMs, afterMs) => {
    const { clock, people, sessions, use } = start({ sessionTtlMs })
    await clock.advance(afterMs - 1)
    use()
    expect(people.prolongDevice).not.toHaveBeenCalled()
    await clock.advance(1)
    use()
    expect(people.prolongDevice.mock.calls).toEqual([['ann', digestSession('s1'), sessions.endsAt]])
  })

  it('is prolonged once however many requests a page causes, and again after a failure, which is logged', async () => {
    const { clock, people, use, text } = start()
    await clock.advance(day)
    people.prolongDevice.mockRejectedValueOnce(new Error('no disk'))
    for (let times = 0; times < 3; times += 1) use()
    expect(people.prolongDevice).toHaveBeenCalledTimes(1)
    await nextTurn()
    expect(text()).toContain('a device could not be prolonged')
    use()
    expect(people.prolongDevice).toHaveBeenCalledTimes(2)
  })

  it('is not prolonged by the use of another session', async () => {
    const { clock, people, use } = start()
    await clock.advance(day)
    use('s2')
    use('s1', [])
    expect(people.prolongDevice).not.toHaveBeenCalled()
  })

  it('that could not be removed with its session is logged', async () => {
    const { people, sessions, text } = start()
    people.dropDevices.mockRejectedValueOnce(new Error('no disk'))
    sessions.ended('ann', 's1')
    await nextTurn()
    expect(text()).toContain('could not be removed')
  })
})
