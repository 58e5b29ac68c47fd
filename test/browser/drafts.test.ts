import { beforeEach, describe, expect, it } from 'vitest'
import { Drafts, replyName } from '#src/browser/drafts.js'
import { TabStorage } from '../support/tab-storage.js'

const written = (text: string) => ({ nonce: `n-${text}`, text, imageId: '', at: 1000 })

let storage: TabStorage
let drafts: Drafts
beforeEach(() => {
  storage = new TabStorage()
  drafts = new Drafts('ann ben', storage)
})

describe('a draft', () => {
  it('is kept over a reload, and for its two people alone', () => {
    drafts.write('half a thought')
    expect(new Drafts('ann ben', storage).read()).toBe('half a thought')
    expect(new Drafts('ann cem', storage).read()).toBe('')
    expect(new Drafts('ann ben', new TabStorage()).read()).toBe('')
  })

  it('leaves nothing behind when it is emptied', () => {
    drafts.write('half a thought')
    drafts.write('')
    expect(drafts.read()).toBe('')
    expect(storage.size).toBe(0)
  })
})

describe('what was written, once it is sent', () => {
  it('is no draft any more, and answers nothing any more', () => {
    drafts.write('half a thought')
    storage.setItem(replyName('ann ben'), 'm1')
    storage.setItem(replyName('ann cem'), 'm2')
    drafts.empty()
    expect([drafts.read(), storage.getItem('reply ann ben'), storage.getItem('reply ann cem')]).toEqual([
      '',
      null,
      'm2',
    ])
  })
})

describe('the outbox of a room', () => {
  it('is given back to that room, in order, as often as the page is loaded', () => {
    drafts.keep('room-1', [written('one'), written('two')])
    for (let load = 0; load < 2; load += 1) {
      expect(new Drafts('ann ben', storage).takeBack('room-1')).toEqual([written('one'), written('two')])
    }
    expect(drafts.read()).toBe('')
  })

  it('is not sent into another room: it joins the draft, once, before what stands there', () => {
    drafts.write('half a thought')
    drafts.keep('room-1', [written('one'), { ...written(''), imageId: 'image-1' }, written('two')])
    expect(drafts.takeBack('room-2')).toEqual([])
    expect(drafts.read()).toBe('one\ntwo\nhalf a thought')
    expect(drafts.takeBack('room-2')).toEqual([])
    expect(drafts.takeBack('room-1')).toEqual([])
    expect(drafts.read()).toBe('one\ntwo\nhalf a thought')
  })

  it('gives back the descriptions of its pictures in another room, as often as that page is loaded', () => {
    drafts.keep('room-1', [
      written('one'),
      { ...written('two'), alt: 'A cat' },
      { ...written(''), imageId: 'image-1', alt: '' },
    ])
    const lost = ['A cat', ''].map(alt => ({ nonce: '', text: '', imageId: '', at: 0, alt }))
    for (let load = 0; load < 2; load += 1) expect(drafts.takeBack('room-2')).toEqual(lost)
    expect(drafts.read()).toBe('one\ntwo')
  })

  it('leaves nothing behind when everything has arrived', () => {
    drafts.keep('room-1', [written('one')])
    drafts.keep('room-1', [])
    expect(drafts.takeBack('room-1')).toEqual([])
    expect(storage.size).toBe(0)
  })
})

it('gives messages back before the draft, each on a line of its own', () => {
  drafts.giveUp([written('one'), written('two')])
  drafts.giveUp([written('zero')])
  expect(drafts.read()).toBe('zero\none\ntwo')
  drafts.giveUp([])
  expect(drafts.read()).toBe('zero\none\ntwo')
})
