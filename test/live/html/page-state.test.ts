import { describe, expect, it } from 'vitest'
import { formatState, type PageState, parseState } from '#src/live/html/page-state.js'

const state: PageState = {
  ...{ server: 's1', epoch: 'e-1', version: 7, digest: 'd_1', language: 'de', isPaused: false },
  window: { from: 3, to: 9, isOpenEnded: true },
  vanished: { theirs: 12, mine: 3 },
}
const closed = { from: 3, to: 9, isOpenEnded: false }
const nothing: PageState = {
  ...{
    server: '',
    epoch: null,
    version: -1,
    digest: '',
    language: null,
    window: null,
    vanished: null,
    isPaused: false,
  },
}

describe('what a page shows', () => {
  it.each<[string, PageState]>([
    ['s1.e-1.7.d_1.de.3-9~.v12-3', state],
    ['s1.e-1.7.d_1.de.3-9.v12-3', { ...state, window: closed }],
    ['s1.e-1.7.d_1.de.3-9~.v12-3.paused', { ...state, isPaused: true }],
    ['s1.e-1.7.d_1.de.3-9.v12-3.paused', { ...state, window: closed, isPaused: true }],
    ['s1..0.d_1.de', { ...state, epoch: null, version: 0, window: null, vanished: null }],
    ['s1..0.d_1.', { ...state, epoch: null, version: 0, window: null, vanished: null, language: null }],
  ])('is written as %s and read back', (text, shown) => {
    expect(formatState(shown)).toBe(text)
    expect(parseState(text)).toEqual(shown)
  })

  it('may lack its language', () => {
    expect(parseState('s1.e-1.7.d_1')).toEqual({ ...state, language: null, window: null, vanished: null })
    expect(parseState('s1.e-1.7.d_1.xx')).toEqual({ ...state, language: null, window: null, vanished: null })
  })

  it('has numbers of fifteen digits at most', () => {
    const most = '9'.repeat(15)
    expect(parseState(`s1.e.${most}.d.de.${most}-${most}`)).toMatchObject({
      ...{ version: Number(most), window: { from: Number(most), to: Number(most) } },
    })
    for (const text of [`s1.e.${most}9.d.de.1-2`, `s1.e.1.d.de.${most}9-2`, `s1.e.1.d.de.1-${most}9`]) {
      expect(parseState(text)).toEqual(nothing)
    }
  })

  it.each([
    ...[null, undefined, '', 's1', 's1.e.x.d', 's1.e..d', 's1.e.1', 's1.e.1.d.de.3', 's1.e.1.d.de.3-', 's1.e.-1.d'],
    ...['s1.e.1.d.de.paused.3-9', ' s1.e.1.d', 's1.e.1.d ', 's 1.e.1.d', 's1.e.1.d.DE', 's1.e.1.d.de.3-9~~'],
  ])('is nothing when it is given as %j', text => {
    expect(parseState(text)).toEqual(nothing)
  })
})
