import { describe, expect, it } from 'vitest'
import type { DissolveReason, EngineEvent, RoomView } from '#src/chat/engine.js'
import { RoomHead } from '#src/live/html/room-head.js'
import { eventOf, noon, summaryOf, swapsIn, viewOf, wordsIn } from '../../support/live/events.js'
import { notedPushes, pageOn } from '../../support/live/page-on.js'

const online = { userId: 'ben', isOnline: true, lastSeen: null }
const away = { userId: 'ben', isOnline: false, lastSeen: noon - 60_000 }
const chosen = { lifetimeMs: 300_000, from: 'sent', byId: 'ben' } as const

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

  it('shows what a view says was chosen, everywhere on the page', () => {
    const { head, said } = start({ lifetime: chosen, erasesWhenLeft: false })
    head.pushChoices()
    expect(said()).toEqual([
      ['presence outerMorph', 'Offline'],
      ['lifetime-choices outerMorph', expect.stringContaining('5 min')],
      ['erase outerMorph', ''],
      ['about innerHTML', expect.stringMatching(/^Messages vanish after 5 min.*for both\.$/)],
    ])
  })

  it('shows what may be chosen as long as nobody has chosen, too', () => {
    const { head, take } = start({ mayLiveFromSeen: false })
    head.pushChoices()
    expect(take()).not.toContain('value="300000 seen"')
    head.adopt(viewOf({ mayLiveFromSeen: true }), 'Ben')
    head.pushChoices()
    expect(take()).toContain('value="300000 seen"')
  })

  it('shows a new lifetime everywhere', () => {
    const { head, said, take } = start()
    head.takeLifetime({ ...chosen, lifetimeMs: 900_000, byId: 'ann', mayLiveFromSeen: true })
    const swaps = said()
    expect(swaps.map(([swap]) => swap)).toEqual([
      ...['presence outerMorph', 'lifetime-choices outerMorph', 'about innerHTML'],
    ])
    expect(swaps[2]?.[1]).toContain('vanish after 15 min')
    head.pushPresence()
    expect(take()).toContain('data-life="900000"')
  })

  it('shows that the chat is erased once both have left, or is not, by a switch that stays where it is', () => {
    const { head, take } = start()
    head.takeErasure({ erasesWhenLeft: false })
    const own = take()
    expect(swapsIn(own).map(([swap]) => swap)).toEqual(['erase outerMorph', 'about innerHTML'])
    expect(own).not.toContain('checked')
    head.takeErasure({ erasesWhenLeft: true })
    const others = take()
    expect(swapsIn(others).map(([swap]) => swap)).toEqual(['erase outerMorph', 'about innerHTML'])
    expect(others).toContain('checked')
    expect(wordsIn(others)).toContain('It also ends')
  })

  it('shows that the other types, and no longer', () => {
    const { head, said } = start()
    head.showTyping(true)
    expect(said()).toEqual([['typing innerHTML', 'Ben is typing']])
    head.showTyping(false)
    expect(said()).toEqual([['typing innerHTML', '']])
  })

  it.each<[DissolveReason | null, string | null, string]>([
    ['ended', 'ben', 'Ben ended this chat. Its messages are erased.'],
    ['ended', 'ann', 'You ended this chat. Its messages are erased.'],
    ['away', null, 'This chat has ended because you had both left. Its messages are erased.'],
    ['empty', null, 'This chat has ended because nothing was written in it.'],
    [null, null, 'This chat is gone and its messages are erased.'],
  ])('says of a room that is gone because it is %s by %s: %s', (reason, byId, sentence) => {
    const { head, take } = start()
    const event = eventOf({ type: 'room.dissolved', reason, byId })
    if (isDissolved(event)) head.showGone(event)
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['gone innerHTML'])
    expect(wordsIn(html)).toBe(`This chat is gone ${sentence} You can start a new one.`)
    expect(html).not.toContain('data-goes-on')
  })

  it('offers no new chat with someone who deleted their account', () => {
    const { head, take } = start()
    const event = eventOf({ type: 'room.dissolved', reason: 'account_deleted', byId: null })
    if (isDissolved(event)) head.showGone(event)
    const html = take()
    expect(wordsIn(html)).toBe('This chat is gone This chat is gone because Ben deleted their account.')
    expect(html).toContain('for-good')
  })
})

function isDissolved(event: EngineEvent): event is Extract<EngineEvent, { type: 'room.dissolved' }> {
  return event.type === 'room.dissolved'
}
