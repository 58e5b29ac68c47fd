import { describe, expect, it } from 'vitest'
import { reportsIn, rowsIn, statusIn } from '../../../bench/driver/page-voice.mjs'

const partial = (target: string, html: string) => `<hx-partial hx-target="#${target}" hx-swap="x">${html}</hx-partial>`
const row = (id: string, whose: string, rest: string) =>
  `<li id="m-${id}" class="${whose} run"><article data-message-id="${id}" ${rest}</article></li>`
const report = '{"type":"message:status","status":"delivered","messageId":"two","k":"push"}'
const frame = partial(
  'list',
  row('one', 'mine', 'data-seq="7" data-status="sent">life-12 mine') +
    row('two', 'theirs', `data-seq="8" data-unseen="push">life-13 theirs<i hx-ws:send hx-vals='${report}'></i>`),
)

describe('a page of the bench', () => {
  it('finds the rows of a frame, whose they are and which message they show', () => {
    expect(rowsIn(frame)).toEqual([
      { id: 'one', seq: 7, number: 12, isMine: true },
      { id: 'two', seq: 8, number: 13, isMine: false },
    ])
  })

  it('finds no row in a tick', () => {
    expect(rowsIn(partial('a-one', '<article data-message-id="one" data-seq="7">life-12 mine</article>'))).toEqual([])
  })

  it('sends what the elements of a row ask it to send', () => {
    expect(reportsIn(frame)).toEqual([report])
  })

  it('reads a tick from a whole article as from a fragment with the status alone', () => {
    const article = partial('a-one', '<article data-message-id="one" data-status="delivered">life-12</article>')
    expect(statusIn(article, 'one')).toBe('delivered')
    expect(statusIn(partial('s-one', 'Seen'), 'one')).toBe('seen')
    expect(statusIn(partial('s-one', 'Delivered'), 'two')).toBe('')
  })

  it('takes a new row for no tick, though one beside it is unseen', () => {
    expect(statusIn(frame, 'one')).toBe('')
    expect(statusIn(frame.replace('"sent"', '"seen"'), 'one')).toBe('seen')
  })
})
