import { describe, expect, it } from 'vitest'
import type { DissolveReason, EngineEvent, RoomView } from '#src/chat/engine.js'
import { RoomHead } from '#src/live/html/room-head.js'
import { eventOf, noon, summaryOf, swapsIn, viewOf, wordsIn } from '../../support/live/events.js'
import { notedPushes, pageOn } from '../../support/live/page-on.js'

const online = { userId: 'ben', isOnline: true, lastSeen: null }
const away = { userId: 'ben', isOnline: false, lastSeen: noon - 60_000 }
const chosen = { lifetimeMs: 300_000, from: 'sent', byId: 'ben', sinceSeq: 2 } as const

/** The head of ann's page of her room with ben, which has adopted a view. */
function start(given: Partial<RoomView> = {}) {
  const { page } = pageOn()
  const { push, take } = notedPushes()
  const head = new RoomHead(page, push)
  head.expectView()
  head.adopt(viewOf(given), 'Ben')
  /** What was pushed, as the target and kind of each swap and its words. */
  const said = () => swapsIn(take()).map(([swap, html]) => [swap, wordsIn(html)])
  return { head, take, said }
}

describe('the head of a page', () => {
  it('takes over what a view says without a word', () => {
    const { head, take } = start({ presence: online })
    expect([head.otherName, head.isOnline, take()]).toEqual(['Ben', true, ''])
  })

  it('shows nobody as online of whom it is not known', () => {
    expect([start().head.isOnline, start({ presence: away }).head.isOnline]).toEqual([false, false])
  })

  it('shows the other’s presence', () => {
    const { head, take, said } = start({ presence: online, lifetime: chosen })
    head.pushPresence()
    expect(said()).toEqual([['presence outerMorph', 'Online']])
    head.note(summaryOf('r1', { presence: away }))
    head.pushPresence()
    expect(said()[0]?.[1]).toBe('Last seen 11:59')
    head.note(summaryOf('r1', { presence: null }))
    head.pushPresence()
    expect(take()).toContain('Offline')
  })

  it('keeps a presence that an event brought while its view was read', () => {
    const { head } = start({ presence: away })
    head.expectView()
    head.note(summaryOf('r1', { presence: online }))
    head.adopt(viewOf({ presence: away }), 'Ben')
    expect(head.isOnline).toBe(true)
    head.expectView()
    head.adopt(viewOf({ presence: away }), 'Ben')
    expect(head.isOnline).toBe(false)
  })

  it('learns nothing of presence from a room that is not in the list', () => {
    const { head } = start({ presence: online })
    head.note(null)
    expect(head.isOnline).toBe(true)
  })

  it('shows how long messages live, and who chose it, everywhere on the page', () => {
    const { head, said } = start()
    head.pushLifetime(viewOf({ lifetime: chosen }))
    expect(said()).toEqual([
      ['presence outerMorph', 'Offline'],
      ['about innerHTML', expect.stringContaining('Messages vanish after 5 min')],
      ['lifetime-choices outerMorph', expect.stringContaining('5 min')],
      ['lifetime-note innerHTML', expect.stringMatching(/^Ben changed how long messages live: 5 min/)],
    ])
  })

  it('takes the note away with a view of a message after the choice', () => {
    const { head, said } = start()
    head.pushLifetime(viewOf({ lifetime: chosen, newestSeq: 3 }))
    expect(said().at(-1)).toEqual(['lifetime-note innerHTML', ''])
  })

  it('shows nothing of it as long as nobody has chosen', () => {
    const { head, take } = start()
    head.pushLifetime(viewOf())
    expect(take()).toBe('')
  })

  it('shows a new choice everywhere, and gives it in words', () => {
    const { head, said, take } = start()
    const sentence = head.takeLifetime({ ...chosen, lifetimeMs: 900_000, byId: 'ann', mayLiveFromSeen: true })
    expect(sentence).toMatch(/^You changed how long messages live: 15 min/)
    const swaps = said()
    expect(swaps.map(([swap]) => swap)).toEqual([
      ...['presence outerMorph', 'about innerHTML', 'lifetime-choices outerMorph', 'lifetime-note innerHTML'],
    ])
    expect(swaps[1]?.[1]).toContain('vanish after 15 min')
    expect(swaps[3]?.[1]).toBe(sentence)
    head.pushPresence()
    expect(take()).toContain('data-life="900000"')
  })

  it('takes the note away once, and only where one is shown', () => {
    const { head, said } = start()
    head.dropNote()
    expect(said()).toEqual([])
    head.takeLifetime({ ...chosen, lifetimeMs: 900_000, byId: 'ann', mayLiveFromSeen: true })
    said()
    head.dropNote()
    expect(said()).toEqual([['lifetime-note innerHTML', '']])
    head.dropNote()
    expect(said()).toEqual([])
  })

  it('knows of a note that the page was loaded with', () => {
    const noted = start({ lifetime: chosen, newestSeq: 2 })
    noted.head.dropNote()
    expect(noted.said()).toEqual([['lifetime-note innerHTML', '']])
    const over = start({ lifetime: chosen, newestSeq: 3 })
    over.head.dropNote()
    expect(over.said()).toEqual([])
  })

  it('shows that the other types, and no longer', () => {
    const { head, said } = start()
    head.showTyping(true)
    expect(said()).toEqual([['typing innerHTML', 'Ben is typing']])
    head.showTyping(false)
    expect(said()).toEqual([['typing innerHTML', '']])
  })

  it.each<[DissolveReason, string | null, string]>([
    ['ended', 'ben', 'Ben ended this chat. Its messages are erased.'],
    ['ended', 'ann', 'You ended this chat. Its messages are erased.'],
    ['away', null, 'This chat has ended because you were both away. Its messages are erased.'],
    ['account_deleted', null, 'This chat is gone because Ben deleted their account.'],
    ['empty', null, 'This chat has ended because nothing was written in it.'],
  ])('says of a room that is gone because it is %s by %s: %s', (reason, byId, sentence) => {
    const { head, take } = start()
    const event = eventOf({ type: 'room.dissolved', reason, byId })
    if (isDissolved(event)) head.showGone(event)
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['gone innerHTML'])
    expect(wordsIn(html)).toBe(`This chat is gone ${sentence} You can start a new one.`)
    expect(html).not.toContain('data-goes-on')
  })
})

function isDissolved(event: EngineEvent): event is Extract<EngineEvent, { type: 'room.dissolved' }> {
  return event.type === 'room.dissolved'
}
