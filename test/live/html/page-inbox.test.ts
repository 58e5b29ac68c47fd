import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '#src/chat/engine.js'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'
import { PageInbox } from '#src/live/html/page-inbox.js'
import { eventOf, lifetimeOf, messageOf, sentOf, timelineOf, typingOf } from '../../support/live/events.js'

const cursors = { delivered: 1, seen: 1 }
const theirs = sentOf(messageOf(1))
const mine = sentOf(messageOf(2, { senderId: 'ann' }))
const typing = typingOf('ben')
const typingOver = typingOf('ben', false)
const presence = eventOf({ type: 'presence.changed', presence: { userId: 'ben', isOnline: true, lastSeen: null } })
const receipt = eventOf({
  ...{ type: 'receipt.moved', version: 3, userId: 'ben', before: cursors, after: cursors, messages: [] },
})
const removed = eventOf({ type: 'message.removed', version: 4, messages: [], vanishedOf: [], nextId: null })
const dissolved = eventOf({ type: 'room.dissolved', reason: 'ended', byId: 'ben' })
const expiring = eventOf({ type: 'messages.expiring', messages: [] })
const kept = eventOf({
  type: 'messages.kept',
  version: 5,
  reason: 'kept',
  byId: 'ben',
  messages: [],
  timeline: timelineOf({ what: 'kept' }),
})
const lifetime = eventOf(lifetimeOf('ben', 1, 6))
const all = [theirs, mine, typing, typingOver, presence, receipt, removed, dissolved, expiring, kept, lifetime]

const start = () => new PageInbox('ann')

/** Which of all events a page takes in. */
const takenBy = (inbox: PageInbox, isBusy = false) =>
  all.filter(event => inbox.add(event, new SharedRenderings(), isBusy))

function drain(inbox: PageInbox): EngineEvent[] {
  const events: EngineEvent[] = []
  for (let next = inbox.next(); next; next = inbox.next()) events.push(next.event)
  return events
}

describe('an inbox', () => {
  it('gives the events in their order, each once, with what was rendered of them', () => {
    const inbox = start()
    const [first, second] = [new SharedRenderings(), new SharedRenderings()]
    inbox.add(theirs, first, false)
    inbox.add(mine, second, false)
    const taken = inbox.next()
    expect(taken?.event).toBe(theirs)
    expect(taken?.shared).toBe(first)
    expect(inbox.next()?.shared).toBe(second)
    expect(inbox.next()).toBe(undefined)
  })

  it('takes every event', () => {
    const inbox = start()
    expect(takenBy(inbox)).toEqual(all)
    expect(drain(inbox)).toEqual(all)
  })

  it('takes no typing and no presence while the connection is busy', () => {
    const inbox = start()
    const lasting = all.filter(event => ![typing, typingOver, presence].includes(event))
    expect(takenBy(inbox, true)).toEqual(lasting)
    expect(drain(inbox)).toEqual(lasting)
  })

  it('holds back what is new while paused, but not one’s own message, the end of typing, or what goes or stays', () => {
    const inbox = start()
    inbox.isPaused = true
    const shown = [mine, typingOver, removed, dissolved, expiring, kept, lifetime]
    expect(takenBy(inbox)).toEqual(shown)
    expect(drain(inbox)).toEqual(shown)
    inbox.isPaused = false
    expect(takenBy(inbox)).toEqual(all)
  })

  it('keeps only the end of a room once it waits for a catch-up, until that begins', () => {
    const inbox = start()
    takenBy(inbox)
    inbox.fallBehind()
    expect(takenBy(inbox)).toEqual([dissolved])
    expect(drain(inbox)).toEqual([dissolved, dissolved])
    inbox.catchUp()
    expect(takenBy(inbox)).toEqual(all)
  })

  it('is empty when it is cleared', () => {
    const inbox = start()
    takenBy(inbox)
    inbox.clear()
    expect(drain(inbox)).toEqual([])
  })
})
