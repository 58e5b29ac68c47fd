import { expect, it } from 'vitest'
import { outdate } from '#src/browser/shown-state.js'
import { formatState, olderPart, parseState } from '#src/live/html/page-state.js'

const shown = {
  server: 'run-1',
  epoch: 'epoch-1',
  version: 7,
  digest: 'digest-1',
  language: 'ar' as const,
  window: { from: 3, to: 9, isOpenEnded: true },
  vanished: { theirs: 2, mine: 0 },
  isPaused: true,
}

it('is of no version and no list that the server has, and of the same messages', () => {
  expect(parseState(outdate(formatState(shown)))).toEqual({ ...shown, epoch: null, digest: '' })
})

it('stays of the earlier part of a list of chats, which is never brought up to date', () => {
  const state = { ...shown, epoch: null, window: null, vanished: null, isPaused: false }
  expect(parseState(outdate(formatState({ ...state, digest: olderPart })))).toEqual({ ...state, digest: olderPart })
  expect(parseState(outdate(formatState(state)))).toEqual({ ...state, digest: '' })
})

it('can be said of a page again and again', () => {
  const once = outdate(formatState(shown))
  expect(outdate(once)).toBe(once)
})
