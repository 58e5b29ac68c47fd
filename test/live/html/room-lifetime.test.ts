import { describe, expect, it } from 'vitest'
import { type LifetimeRules, RoomLifetime } from '#src/live/html/room-lifetime.js'
import { viewContext } from '#src/rendering/renderer.js'
import { messageOf, noon, wordsIn } from '../../support/live/events.js'

const viewer = { userId: 'ann', language: 'en', zone: 'UTC' } as const
const usual: LifetimeRules = {
  ...{ messageTtlMs: 3_600_000, messageTtlMaxMs: 14_400_000, keepLonger: true, roomGraceMs: 600_000 },
}
const lifetimeBy = (rules: Partial<LifetimeRules> = {}) => new RoomLifetime({ ...usual, ...rules }, viewContext(viewer))

const byAnn = { lifetimeMs: 300_000, byId: 'ann' }
const byBen = { ...byAnn, byId: 'ben' }

describe('how long messages live', () => {
  it('is what was chosen, or else the server’s own', () => {
    expect([lifetimeBy().current(byBen), lifetimeBy().current(null)]).toEqual([300_000, 3_600_000])
  })

  it('stands above the messages, with how long a chat lasts that both have left', () => {
    const html = lifetimeBy().renderAbout(byBen, true)
    expect(html).toMatch(/^Messages are gone after 5 min.*, from both screens.*away for 10 min/)
    expect(lifetimeBy().renderAbout(null, true)).toMatch(/^Messages are gone after 1 h/)
  })

  it('stands there alone where a chat lasts that both have left', () => {
    const html = lifetimeBy().renderAbout(null, false)
    expect(html).toMatch(/^Messages are gone after 1 h.*end the chat for both\.$/)
  })

  it('can be chosen from a few, of which the current one is marked and the server’s own is said to be the usual', () => {
    const html = lifetimeBy().renderChoices(byBen)
    const options = [...html.matchAll(/<option value="(\d+)"( selected)?>([^<]*)</g)].map(([, ms, mark, label]) => [
      ...[Number(ms), mark !== undefined, label?.includes('(usual)')],
    ])
    expect(options).toEqual([
      [300_000, true, false],
      [900_000, false, false],
      [3_600_000, false, true],
      [14_400_000, false, false],
    ])
  })

  it('is marked as the usual one where nobody has chosen', () => {
    expect(
      lifetimeBy()
        .renderChoices(null)
        .match(/value="(\d+)" selected/)?.[1],
    ).toBe('3600000')
  })
})

describe('whether a chat is erased once both have left', () => {
  it('is a switch, with what it does in words', () => {
    expect(lifetimeBy().renderErasure(true)).toMatch(/role="switch".*name="erase" value="yes".* checked>$/)
    expect(lifetimeBy().renderErasure(false)).not.toContain('checked')
    expect(lifetimeBy().sayErasure()).toContain('10 minutes after you have both left')
    expect(lifetimeBy({ roomGraceMs: 0 }).sayErasure()).toContain('5 minutes after you have both left')
  })
})

describe('messages that expire soon', () => {
  const soon = messageOf(1)
  const warnedAt = soon.expiresAt - 60_000

  it('are those whose warning is due', () => {
    const never = messageOf(2, { lifetimeMs: 30_000 })
    expect(lifetimeBy().expiring([soon, never], warnedAt)).toEqual([soon])
    expect(lifetimeBy().expiring([soon, never], warnedAt - 1)).toEqual([])
    expect(lifetimeBy().expiring([never], noon + 600_000)).toEqual([])
  })

  it('are none where they cannot be kept', () => {
    expect(lifetimeBy({ keepLonger: false }).expiring([soon], warnedAt)).toEqual([])
  })

  it('are warned of with the longest time that one of them has left, and a button to keep them', () => {
    const expiring = [40_000, 100_000, 60_000, 10_000].map(lifetimeMs => ({ roomId: 'r1', lifetimeMs }))
    const html = lifetimeBy().renderWarning(expiring)
    expect(wordsIn(html)).toMatch(/^Messages will be gone within 50 sec.* Keep for as long again$/)
    expect(html).toContain('hx-post="/chats/r1/keep"')
  })

  it('are not warned of where there are none', () => {
    expect(lifetimeBy().renderWarning([])).toBe('')
  })
})
