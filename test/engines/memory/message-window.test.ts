// Long because every kind of window stands here.
import { describe, expect, it } from 'vitest'
import type { WindowAsk } from '#src/chat/engine.js'
import { cutWindow } from '#src/engines/memory/message-window.js'
import { retract } from '#src/engines/memory/room-changes.js'
import { block, makePair, picture, unblock, write, writeMany } from '../../support/engine/assembled-engine.js'

/** A room with as many messages of ann's, of which bob has seen those up to `seen`. */
function start(count: number, seen = count) {
  const { room, ann, bob } = makePair()
  writeMany(ann, count)
  bob.cursors = { delivered: seen, seen }
  const remove = (...seqs: number[]) => {
    for (const entry of [...room.messages]) if (seqs.includes(entry.message.seq)) retract(room, entry)
  }
  const hold = (count = 1) => {
    block(bob)
    writeMany(ann, count)
    unblock(bob)
  }
  /** What bob gets: the first and last `seq`, how many, and what lies around them. */
  const cut = (ask: WindowAsk) => {
    const { messages, previous, later, survivors, newestSeq } = cutWindow(bob, ask)
    const [first, last] = [messages[0]?.seq, messages.at(-1)?.seq]
    return { first, last, count: messages.length, previous: previous?.seq ?? null, later, survivors, newestSeq }
  }
  const seqs = (ask: WindowAsk) => cutWindow(bob, ask).messages.map(({ seq }) => seq)
  return { room, ann, bob, remove, hold, cut, seqs }
}

const visit = { of: 'visit' } as const
const none = { first: undefined, last: undefined, count: 0, previous: null, later: 0, survivors: null, newestSeq: 0 }

describe('a visit', () => {
  it('shows nothing where there is nothing', () => {
    expect(start(0).cut(visit)).toEqual(none)
  })

  it('shows the newest hundred', () => {
    expect(start(150).cut(visit)).toEqual({ ...none, first: 51, last: 150, count: 100, previous: 50, newestSeq: 150 })
  })

  it('shows the newest hundred while the first unread one is among them', () => {
    expect(start(150, 50).cut(visit)).toMatchObject({ first: 51, last: 150, count: 100 })
  })

  it('shows all from the first unread one on when that is earlier', () => {
    expect(start(150, 49).cut(visit)).toMatchObject({ first: 50, last: 150, count: 101, previous: 49, later: 0 })
  })

  it('shows two hundred from the first unread one on, and says how many follow', () => {
    expect(start(250, 10).cut(visit)).toMatchObject({ first: 11, last: 210, count: 200, previous: 10, later: 40 })
  })

  it('shows nothing that is held from the person', () => {
    const { hold, seqs, ann, cut } = start(2)
    hold()
    write(ann)
    hold()
    expect(seqs(visit)).toEqual([1, 2, 4])
    expect(cut(visit)).toMatchObject({ newestSeq: 4, later: 0 })
  })
})

describe('the newest messages', () => {
  it('are as many as are asked for, in their order', () => {
    expect(start(5).seqs({ of: 'newest', limit: 2 })).toEqual([4, 5])
  })

  it('are all where there are fewer', () => {
    expect(start(2).seqs({ of: 'newest', limit: 5 })).toEqual([1, 2])
  })

  it('have before them the one that the person may know of', () => {
    const { hold, ann, cut } = start(2)
    hold()
    writeMany(ann, 2)
    expect(cut({ of: 'newest', limit: 2 })).toEqual({ ...none, first: 4, last: 5, count: 2, previous: 2, newestSeq: 5 })
  })
})

describe('the messages before a seq', () => {
  it('are those next to it, and it is not among them', () => {
    expect(start(9).cut({ of: 'before', seq: 5, limit: 2 })).toEqual({
      ...none,
      first: 3,
      last: 4,
      count: 2,
      previous: 2,
      later: 5,
      newestSeq: 9,
    })
  })

  it('are those next to where it was', () => {
    const { remove, seqs } = start(9)
    remove(4, 5)
    expect(seqs({ of: 'before', seq: 5, limit: 2 })).toEqual([2, 3])
  })

  it('are none before the first, and all others follow', () => {
    expect(start(3).cut({ of: 'before', seq: 1, limit: 2 })).toEqual({ ...none, later: 3, newestSeq: 3 })
  })
})

describe('the messages after a seq', () => {
  it('are those next to it, and it is not among them', () => {
    expect(start(9).cut({ of: 'after', seq: 5, limit: 2 })).toEqual({
      ...none,
      first: 6,
      last: 7,
      count: 2,
      previous: 5,
      later: 2,
      newestSeq: 9,
    })
  })

  it('are those next to where it was', () => {
    const { remove, cut } = start(9)
    remove(5, 6)
    expect(cut({ of: 'after', seq: 5, limit: 2 })).toMatchObject({ first: 7, last: 8, previous: 4 })
  })

  it('are none after the last, which lies before them', () => {
    expect(start(3).cut({ of: 'after', seq: 3, limit: 2 })).toEqual({ ...none, previous: 3, newestSeq: 3 })
  })

  it('are none that is held', () => {
    const { hold, ann, seqs } = start(2)
    hold()
    write(ann)
    expect(seqs({ of: 'after', seq: 1, limit: 9 })).toEqual([2, 4])
  })
})

describe('the text of a window', () => {
  const mebibyte = 1_048_576

  it.each([
    ['a mebibyte', 'x', mebibyte / 2, 2],
    ['a byte more', 'x', mebibyte / 2 + 1, 1],
    ['a mebibyte in letters of two bytes', 'é', mebibyte / 4, 2],
    ['two bytes more', 'é', mebibyte / 4 + 1, 1],
  ])('ends it after a mebibyte: %s', (_title, letter, length, count) => {
    const { ann, cut } = start(0)
    for (const each of [length, mebibyte / 2 / (letter === 'é' ? 2 : 1)]) write(ann, { text: letter.repeat(each) })
    expect(cut({ of: 'newest', limit: 9 })).toMatchObject({ count, last: 2 })
  })

  it('includes that of pictures', () => {
    const { ann, cut } = start(0)
    write(ann, { text: '', image: { ...picture, alt: 'é' } })
    write(ann, { text: 'x'.repeat(mebibyte - 2) })
    expect(cut({ of: 'newest', limit: 9 }).count).toBe(2)
    write(ann, { text: 'x' })
    expect(cut({ of: 'newest', limit: 9 }).count).toBe(2)
  })

  it('leaves it one message however long that is', () => {
    const { ann, cut } = start(0)
    for (const _ of [1, 2]) write(ann, { text: 'x'.repeat(mebibyte + 1) })
    expect(cut({ of: 'newest', limit: 9 })).toMatchObject({ first: 2, count: 1, previous: 1 })
    expect(cut({ of: 'after', seq: 0, limit: 9 })).toMatchObject({ first: 1, count: 1, later: 1 })
  })
})

describe('a page', () => {
  const page = (from: number, to: number, isOpenEnded = true): WindowAsk => ({ of: 'page', from, to, isOpenEnded })

  it('gets what it shows and what was sent since', () => {
    expect(start(9).cut(page(4, 6))).toEqual({
      ...none,
      first: 4,
      last: 9,
      count: 6,
      previous: 3,
      survivors: [{ from: 1, to: 3 }],
      newestSeq: 9,
    })
  })

  it('stays within its bounds when it is not open-ended', () => {
    expect(start(9).cut(page(4, 6, false))).toMatchObject({ first: 4, last: 6, count: 3, previous: 3, later: 3 })
  })

  it('gets the newest two hundred, and of those before only which ones live', () => {
    expect(start(250).cut(page(1, 50))).toMatchObject({
      first: 51,
      last: 250,
      count: 200,
      survivors: [{ from: 1, to: 50 }],
    })
  })

  it('becomes a visit when more was sent than can be given', () => {
    expect(start(250).cut(page(1, 49))).toMatchObject({ first: 151, last: 250, count: 100, survivors: null })
  })

  it('learns where messages are gone before those given', () => {
    const { remove, cut } = start(9)
    remove(3, 6)
    expect(cut(page(8, 9)).survivors).toEqual([
      { from: 1, to: 2 },
      { from: 4, to: 5 },
      { from: 7, to: 7 },
    ])
  })

  it('learns nothing of what is held', () => {
    const { hold, ann, cut } = start(2)
    hold()
    writeMany(ann, 2)
    expect(cut(page(5, 5)).survivors).toEqual([{ from: 1, to: 4 }])
  })

  it('learns nothing of what is held beside a gap', () => {
    const { hold, ann, cut, remove } = start(2)
    hold(2)
    writeMany(ann, 3)
    remove(5)
    expect(cut(page(7, 7)).survivors).toEqual([
      { from: 1, to: 2 },
      { from: 6, to: 6 },
    ])
  })

  it('learns of the newest five hundred ranges', () => {
    const { remove, cut } = start(1_202)
    remove(...Array.from({ length: 501 }, (_, index) => 2 * index + 2))
    const { survivors } = cut(page(1_003, 1_202))
    expect(survivors).toHaveLength(500)
    expect([survivors?.[0], survivors?.at(-1)]).toEqual([
      { from: 3, to: 3 },
      { from: 1_001, to: 1_001 },
    ])
  })

  it('gets nothing when all that it shows is gone, and learns what lives before', () => {
    const { remove, cut } = start(9)
    remove(4, 5, 6)
    expect(cut(page(4, 6, false))).toEqual({
      ...none,
      previous: 3,
      later: 3,
      survivors: [{ from: 1, to: 3 }],
      newestSeq: 9,
    })
  })

  it('that is open-ended and gets nothing has nothing after it', () => {
    const { remove, cut } = start(9)
    remove(7, 8, 9)
    expect(cut(page(7, 9))).toEqual({ ...none, previous: 6, survivors: [{ from: 1, to: 6 }], newestSeq: 6 })
  })

  it('gets nothing where there is nothing', () => {
    expect(start(0).cut(page(1, 9))).toEqual({ ...none, survivors: [] })
  })
})
