import { describe, expect, it } from 'vitest'
import { RoomWindow, windowOf } from '#src/live/html/room-window.js'
import { messageOf, viewOf } from '../../support/live/events.js'

/** A window of the messages 3 to 5, before so many later ones. */
function windowWith(later: number): RoomWindow {
  const window = new RoomWindow()
  window.adopt({ messages: [messageOf(3), messageOf(4), messageOf(5)], survivors: null, later })
  return window
}

describe('the window of a page', () => {
  it('shows nothing at first, and takes in whatever is new', () => {
    expect(new RoomWindow().shown).toEqual({ from: 0, to: 0, isOpenEnded: true })
  })

  it('begins with what the page says', () => {
    const window = new RoomWindow()
    window.begin({ from: 3, to: 9, isOpenEnded: true })
    expect([window.shown, window.later]).toEqual([{ from: 3, to: 9, isOpenEnded: true }, 0])
    window.begin({ from: 4, to: 8, isOpenEnded: false })
    expect([window.shown, window.later]).toEqual([{ from: 4, to: 8, isOpenEnded: false }, 1])
    expect(window.ask).toEqual({ of: 'page', from: 4, to: 8, isOpenEnded: false })
  })

  it('is the one that it was sent', () => {
    expect([windowWith(2).shown, windowWith(2).later]).toEqual([{ from: 3, to: 5, isOpenEnded: false }, 2])
    expect(windowWith(0).shown).toEqual({ from: 3, to: 5, isOpenEnded: true })
  })

  it('keeps its beginning when earlier messages still stand on the page', () => {
    const window = windowWith(0)
    window.adopt({ messages: [messageOf(6), messageOf(7)], survivors: [], later: 1 })
    expect([window.shown, window.later]).toEqual([{ from: 3, to: 7, isOpenEnded: false }, 1])
  })

  it('keeps its end where there is no message, and begins with nothing', () => {
    const window = windowWith(0)
    window.adopt({ messages: [], survivors: null, later: 0 })
    expect(window.shown).toEqual({ from: 0, to: 5, isOpenEnded: true })
  })

  it('takes a new message in where nothing follows it', () => {
    const window = windowWith(0)
    expect(window.add(6, true)).toBe(true)
    expect([window.shown.to, window.later]).toEqual([6, 0])
  })

  it('shows a message after a gap without going so far', () => {
    const window = windowWith(0)
    expect(window.add(8, false)).toBe(true)
    expect(window.shown).toEqual({ from: 3, to: 5, isOpenEnded: true })
  })

  it('counts a new message that it does not show', () => {
    const window = windowWith(1)
    expect(window.add(7, true)).toBe(false)
    expect([window.shown.to, window.later]).toEqual([5, 2])
  })

  it('counts fewer later messages once some of them are gone', () => {
    const window = windowWith(3)
    expect(window.drop([4, 5, 6, 7])).toBe(true)
    expect(window.later).toBe(1)
    expect(window.drop([5])).toBe(false)
    expect(window.later).toBe(1)
    expect(window.drop([8, 9])).toBe(true)
    expect(window.later).toBe(0)
  })

  it('counts nothing where nothing follows', () => {
    const window = windowWith(0)
    expect(window.drop([6])).toBe(false)
    expect(window.later).toBe(0)
  })

  it('of a page that has just been loaded is that of its view', () => {
    expect(windowOf(viewOf({ later: 1 }))).toEqual({ from: 1, to: 2, isOpenEnded: false })
    expect(windowOf(viewOf({ messages: [] }))).toEqual({ from: 0, to: 0, isOpenEnded: true })
  })
})
