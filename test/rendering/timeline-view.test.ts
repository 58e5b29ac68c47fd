import { describe, expect, it } from 'vitest'
import type { TimelineBody } from '#src/chat/engine.js'
import { viewContext } from '#src/rendering/renderer.js'
import { predecessorOf, rowsOf, sayEvent } from '#src/rendering/timeline-view.js'
import { messageOf, noon, timelineOf } from '../support/live/events.js'

const ann = { userId: 'ann', language: 'en', zone: 'UTC' } as const

describe('the rows of a list', () => {
  it('are messages and events, each event after the messages of its time', () => {
    const timeline = [0, 2, 2, 3].map((afterSeq, index) => timelineOf({ what: 'kept' }, { afterSeq, id: `e${index}` }))
    const rows = rowsOf({ messages: [messageOf(1), messageOf(3)], timeline })
    expect(rows.map(row => ('event' in row ? row.event.id : row.message.id))).toEqual([
      ...['e0', 'm1', 'e1', 'e2', 'm3', 'e3'],
    ])
  })

  it('say of a message who sent it, and of an event that nobody’s run goes on', () => {
    expect(predecessorOf({ message: messageOf(1) })).toEqual({
      ...{ senderId: 'ben', sentAt: noon, lifetimeMs: 600_000, livesFrom: 'sent' },
    })
    expect(predecessorOf({ event: timelineOf({ what: 'kept' }) })).toMatchObject({ senderId: '', sentAt: noon + 1 })
  })
})

describe('an event', () => {
  it.each<[TimelineBody, string, string]>([
    [
      { what: 'lifetime', lifetimeMs: 300_000, from: 'sent' },
      'You changed how long messages live: 5 minutes',
      'Ben changed how long messages live: 5 minutes',
    ],
    [
      { what: 'lifetime', lifetimeMs: 60_000, from: 'seen' },
      'You changed how long messages live: 1 minute after being seen',
      'Ben changed how long messages live: 1 minute after being seen',
    ],
    [{ what: 'kept' }, 'You kept messages longer', 'Ben kept messages longer'],
    [{ what: 'reopened' }, 'You opened this chat again', 'Ben opened this chat again'],
    [
      { what: 'erasure', erasesWhenLeft: true },
      'You turned on “Erase when we have both left”',
      'Ben turned on “Erase when we have both left”',
    ],
    [
      { what: 'erasure', erasesWhenLeft: false },
      'You turned off “Erase when we have both left”',
      'Ben turned off “Erase when we have both left”',
    ],
  ])('is said to both, each in their own words: %o', (body, own, others) => {
    const context = viewContext(ann)
    expect(sayEvent(timelineOf(body, { byId: 'ann' }), context, ann, 'Ben')).toBe(own)
    expect(sayEvent(timelineOf(body), context, ann, 'Ben')).toBe(others)
  })
})
