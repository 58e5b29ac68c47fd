import { describe, expect, it } from 'vitest'
import { rowsIn, statusIn } from '../../../bench/driver/page-voice.mjs'

const partial = (target: string, html: string) => `<hx-partial id="${target}" hx-swap="x">${html}</hx-partial>`
const row = (id: string, whose: string, rest: string) =>
  `<li id="m-${id}" class="${whose} run"><article data-message-id="${id}" ${rest}</article></li>`
const tick = (id: string, status: string) => `<b id="s-${id}" class="status ${status}" hx-swap-oob>Word</b>`
const frame = partial(
  'list',
  row('one', 'mine', `data-seq="7" data-status="sent">life-12 mine${tick('one', 'sent')}`) +
    row('two', 'theirs', 'data-seq="8" data-unseen="push" data-undelivered>life-13 theirs') +
    row('three', 'theirs', 'data-seq="9" data-unseen="push">life-14 theirs'),
)

describe('a page of the bench', () => {
  it('finds the rows of a frame, whose they are, which message they show and which is to be reported', () => {
    expect(rowsIn(frame)).toEqual([
      { id: 'one', seq: 7, number: 12, isMine: true, isUndelivered: false },
      { id: 'two', seq: 8, number: 13, isMine: false, isUndelivered: true },
      { id: 'three', seq: 9, number: 14, isMine: false, isUndelivered: false },
    ])
  })

  it('finds no row in a tick', () => {
    expect(rowsIn(tick('one', 'seen'))).toEqual([])
  })

  it('reads a tick, and the one in a row, of its own message alone', () => {
    expect([statusIn(tick('one', 'seen'), 'one'), statusIn(tick('one', 'seen'), 'two')]).toEqual(['seen', ''])
    expect([statusIn(frame, 'one'), statusIn(frame, 'two')]).toEqual(['sent', ''])
  })
})
