import { describe, expect, it } from 'vitest'
import type { Lifetime } from '#src/chat/engine.js'
import { type LifetimeRules, RoomLifetime } from '#src/live/html/room-lifetime.js'
import { viewContext } from '#src/rendering/renderer.js'
import { wordsIn } from '../../support/live/events.js'

const viewer = { userId: 'ann', language: 'en', zone: 'UTC' } as const
const usual: LifetimeRules = {
  ...{ messageTtlMs: 3_600_000, messageTtlMaxMs: 14_400_000, roomGraceMs: 600_000 },
}
const lifetimeBy = (rules: Partial<LifetimeRules> = {}) => new RoomLifetime({ ...usual, ...rules }, viewContext(viewer))

const byAnn = { lifetimeMs: 300_000, from: 'sent', byId: 'ann' } as const
const afterSeen = { lifetimeMs: 60_000, from: 'seen', byId: 'ben' } as const
const byBen = { ...byAnn, byId: 'ben' } as const

/** The value of each option, whether it is the current one, and its label. */
const optionsIn = (html: string) =>
  [...html.matchAll(/<option value="([^"]+)"( selected)?>([^<]*)</g)].map(([, value, mark, label]) => [
    ...[value, mark !== undefined, label],
  ])

describe('how long messages live', () => {
  it('is what was chosen, or else the server’s own', () => {
    expect(lifetimeBy().current(byBen)).toEqual(byBen)
    expect(lifetimeBy().current(null)).toEqual({ lifetimeMs: 3_600_000, from: 'sent' })
  })

  it('is at most as long as it was chosen, or from being seen a day, or the server’s own if that is longer', () => {
    expect([lifetimeBy().mostMs(byBen), lifetimeBy().mostMs(null)]).toEqual([300_000, 3_600_000])
    expect(lifetimeBy().mostMs(afterSeen)).toBe(86_400_000)
    expect(lifetimeBy({ messageTtlMs: 90_000_000 }).mostMs(afterSeen)).toBe(90_000_000)
  })

  it('stands above the messages, with how long a chat lasts that both have left', () => {
    const about = (chosen: Lifetime | null) => wordsIn(lifetimeBy().renderAbout(chosen, true))
    expect(about(byBen)).toMatch(
      /^Messages vanish after 5 min.*, from both screens.*10 minutes after you have both left/,
    )
    expect(about(null)).toMatch(/^Messages vanish after 1 h/)
    expect(about(afterSeen)).toMatch(
      /^Messages vanish 1 min.* after they are seen, from both screens\. Unseen ones vanish after 1 day\. Either/,
    )
  })

  it('is what the composer is described by, without how the chat ends', () => {
    expect(lifetimeBy().sayLife(byBen)).toBe('Messages vanish after 5 minutes, from both screens.')
    const { life } = /<span>(?<life>.*)<\/span>/.exec(lifetimeBy().renderAbout(byBen, true))?.groups ?? {}
    expect(life).toBe(lifetimeBy().sayLife(byBen))
  })

  it('stands there alone where a chat lasts that both have left', () => {
    expect(wordsIn(lifetimeBy().renderAbout(null, false))).toMatch(
      /^Messages vanish after 1 h.*end the chat for both\.$/,
    )
  })

  it('can be chosen from a few, of which the current one is marked and the server’s own is said to be the default', () => {
    expect(optionsIn(lifetimeBy().renderChoices(byBen, false))).toEqual([
      ['300000', true, '5 minutes'],
      ['900000', false, '15 minutes'],
      ['3600000', false, '1 hour (default)'],
      ['14400000', false, '4 hours'],
    ])
  })

  it('can be counted from being seen only where both send receipts, and says what that shows', () => {
    const html = lifetimeBy().renderChoices(afterSeen, true)
    expect(optionsIn(html).slice(4)).toEqual([
      ['60000 seen', true, '1 minute after being seen'],
      ['300000 seen', false, '5 minutes after being seen'],
      ['3600000 seen', false, '1 hour after being seen'],
    ])
    expect([...html.matchAll(/<optgroup label="([^"]+)"/g)].map(([, label]) => label)).toEqual([
      'After it is sent',
      'After it is seen',
    ])
    expect(wordsIn(html)).toMatch(/shows when that was\..*Both of you must send read receipts/)
    const without = lifetimeBy().renderChoices(null, false)
    expect(wordsIn(without)).toContain('needs read receipts from both of you')
    expect(without).not.toContain('After it is seen')
  })

  it('is marked as the usual one where nobody has chosen', () => {
    expect(
      lifetimeBy()
        .renderChoices(null, true)
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
  it.each([
    [
      [60_000, 40_000, 100_000],
      ['Oldest messages vanish in 20 seconds', 'Keep 40 more seconds'],
    ],
    [[60_000], ['Oldest messages vanish in 30 seconds', 'Keep 1 more minute']],
    [[300_000], ['Oldest messages vanish in 1 minute', 'Keep 5 more minutes']],
    [[3_600_000], ['Oldest messages vanish in 1 minute', 'Keep 1 more hour']],
    [[172_800_000], ['Oldest messages vanish in 1 minute', 'Keep 2 more days']],
  ])('are warned of in one line with the shortest of their lives: %j', (lives, words) => {
    const html = lifetimeBy().renderWarning(lives.map(lifetimeMs => ({ roomId: 'r1', lifetimeMs })))
    const [sentence, keep] = words
    expect(wordsIn(html)).toBe(`${sentence} . The button “${keep}” is before the message field. ${keep} Dismiss`)
    expect(html).toContain('hx-post="/chats/r1/keep"')
    expect(html).toContain('hx-post="/chats/r1/dismiss"')
  })

  it('are not warned of where there are none', () => {
    expect(lifetimeBy().renderWarning([])).toBe('')
  })
})
