import { describe, expect, it } from 'vitest'
import type { Told } from '#src/chat/engine.js'
import { TypingBoard } from '#src/live/typing-board.js'
import { FakeClock } from '../support/fake-clock.js'
import { eventOf, summaryOf, typingOf } from '../support/live/events.js'

function start() {
  const clock = new FakeClock()
  const ended: Told[] = []
  return { clock, ended, board: new TypingBoard(clock, told => ended.push(told)) }
}

/** That ben no longer types, as ann is told. */
const endOfBen: Told = { userId: 'ann', event: typingOf('ben', false) }

describe('a sign that somebody is typing', () => {
  it('shows for two seconds after the last key, and its end is told to who saw it', async () => {
    const { clock, ended, board } = start()
    expect(board.report('ann', typingOf('ben'))).toBe(true)
    await clock.advance(1000)
    expect(board.report('ann', typingOf('ben'))).toBe(false)
    await clock.advance(1999)
    expect([board.isTyping('r1', 'ben'), ended]).toEqual([true, []])
    await clock.advance(1)
    expect([board.isTyping('r1', 'ben'), ended]).toEqual([false, [endOfBen]])
    await clock.advance(10_000)
    expect(ended).toHaveLength(1)
  })

  it('is of one person in one room', () => {
    const { board } = start()
    board.report('ann', typingOf('ben'))
    expect([board.isTyping('r1', 'ann'), board.isTyping('r2', 'ben')]).toEqual([false, false])
  })

  it('may show of both people of a room, and each ends alone', async () => {
    const { clock, ended, board } = start()
    board.report('ann', typingOf('ben'))
    await clock.advance(1000)
    expect(board.report('ben', typingOf('ann'))).toBe(true)
    await clock.advance(1000)
    expect([board.isTyping('r1', 'ben'), board.isTyping('r1', 'ann')]).toEqual([false, true])
    expect(ended.map(({ userId }) => userId)).toEqual(['ann'])
  })

  it('goes at once when the person stops, without another word', async () => {
    const { clock, ended, board } = start()
    board.report('ann', typingOf('ben'))
    expect(board.report('ann', typingOf('ben', false))).toBe(true)
    expect(board.isTyping('r1', 'ben')).toBe(false)
    expect(board.report('ann', typingOf('ben', false))).toBe(false)
    await clock.advance(10_000)
    expect([ended, clock.waiting]).toEqual([[], 0])
  })

  it('ends with a message of the person, and not with one of the other', () => {
    const { ended, board } = start()
    board.report('ann', typingOf('ben'))
    board.messageSent('r1', 'ann')
    board.messageSent('r2', 'ben')
    expect([board.isTyping('r1', 'ben'), ended]).toEqual([true, []])
    board.messageSent('r1', 'ben')
    expect([board.isTyping('r1', 'ben'), ended]).toEqual([false, [endOfBen]])
  })

  it('does not appear by a report that trails a message by less than 400 ms', async () => {
    const { clock, board } = start()
    board.messageSent('r1', 'ben')
    await clock.advance(399)
    expect(board.report('ann', typingOf('ben'))).toBe(false)
    expect(board.isTyping('r1', 'ben')).toBe(false)
    expect(board.report('ben', typingOf('ann'))).toBe(true)
    await clock.advance(1)
    expect(board.report('ann', typingOf('ben'))).toBe(true)
  })

  it('is held off for 400 ms after the last of several messages', async () => {
    const { clock, board } = start()
    board.messageSent('r1', 'ben')
    await clock.advance(300)
    board.messageSent('r1', 'ben')
    expect(clock.waiting).toBe(1)
    await clock.advance(399)
    expect(board.report('ann', typingOf('ben'))).toBe(false)
    await clock.advance(1)
    expect(board.report('ann', typingOf('ben'))).toBe(true)
  })

  it('ends with what its viewer was told last of the room', async () => {
    const { clock, ended, board } = start()
    board.report('ann', typingOf('ben'))
    const facts = { summary: summaryOf('r1', { unread: 3 }), totalUnread: 4 }
    board.noteFacts({ userId: 'ann', event: eventOf({ type: 'receipt.noted' }, facts) })
    board.noteFacts({ userId: 'ben', event: eventOf({ type: 'receipt.noted' }, { totalUnread: 9 }) })
    board.noteFacts({ userId: 'ann', event: eventOf({ type: 'receipt.noted' }, { roomId: 'r2', totalUnread: 8 }) })
    await clock.advance(2000)
    expect(ended).toEqual([{ userId: 'ann', event: { ...typingOf('ben', false), ...facts } }])
  })

  it('goes without a word with its room, and those of other rooms stay', async () => {
    const { clock, ended, board } = start()
    board.report('ann', typingOf('ben'))
    board.report('ann', { ...typingOf('cem'), roomId: 'r2' })
    board.forget('r1')
    board.forget('r9')
    expect([board.isTyping('r1', 'ben'), board.isTyping('r2', 'cem')]).toEqual([false, true])
    await clock.advance(2000)
    expect(ended.map(({ event }) => event.roomId)).toEqual(['r2'])
  })

  it('leaves no timer when the board stops', async () => {
    const { clock, ended, board } = start()
    board.report('ann', typingOf('ben'))
    board.report('ann', { ...typingOf('cem'), roomId: 'r2' })
    board.messageSent('r3', 'ben')
    board.stop()
    expect(clock.waiting).toBe(0)
    expect(board.report('ann', { ...typingOf('ben'), roomId: 'r3' })).toBe(true)
    expect(ended).toEqual([])
  })
})
