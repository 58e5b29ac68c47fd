import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { AnswerTurns } from '#src/answer-turns.js'
import { UnreadBytes } from '#src/unread-bytes.js'
import { FakeClock } from './support/fake-clock.js'

const megabyte = 1_048_576
/** What must be free for an answer to begin: a full page. */
const fullPage = 1.25 * megabyte

describe('answers that may be long', () => {
  let clock: FakeClock
  let unread: UnreadBytes
  let turns: AnswerTurns
  let begun: string[]
  let relieved: number
  beforeEach(() => {
    clock = new FakeClock()
    unread = new UnreadBytes({ each: 4 * megabyte, all: 10 * megabyte })
    relieved = 0
    turns = new AnswerTurns({
      ...{ clock, unread, atOnce: 2, atOnceEach: 1, mostWaitingEach: 5 },
      relieve: () => (relieved += 1),
    })
    begun = []
  })

  /** Begins an answer of the person whose initial its name begins with; it is made until `end` is called. */
  function begin(name: string) {
    let end = () => {}
    const isMade = new Promise<void>(resolve => (end = resolve))
    const done = turns.run(name.charAt(0), async () => {
      begun.push(name)
      await isMade
      return name
    })
    // A refusal is looked at later.
    done.catch(() => {})
    return { done, end }
  }

  function hold(person: string, bytes: number) {
    const share = unread.openAnswer(person, () => {})
    share.set(bytes)
    return share
  }

  it('are made one at a time for a person, and as many as may be for all together, in rotation', async () => {
    const [first, second] = ['a1', 'a2', 'b1', 'c1'].map(begin)
    await nextTurn()
    expect([begun, relieved]).toEqual([['a1', 'b1'], 2])
    first?.end()
    expect(await first?.done).toBe('a1')
    await nextTurn()
    expect(begun).toEqual(['a1', 'b1', 'c1'])
    expect(second).toBeDefined()
  })

  it('go on after one that has failed', async () => {
    await expect(turns.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    begin('a1')
    await nextTurn()
    expect(begun).toEqual(['a1'])
  })

  it('wait until there is room for a full page beside what their person has not read', async () => {
    const share = hold('a', 4 * megabyte - fullPage + 1)
    begin('a1')
    begin('b1')
    await clock.advance(2999)
    expect(begun).toEqual(['b1'])
    share.set(4 * megabyte - fullPage)
    await nextTurn()
    expect([begun, clock.waiting]).toEqual([['b1', 'a1'], 0])
  })

  it('wait for that three seconds, and are then made all the same, as they may be short', async () => {
    hold('a', 4 * megabyte)
    begin('a1').end()
    begin('a2')
    await clock.advance(2999)
    expect(begun).toEqual([])
    await clock.advance(1)
    expect([begun, clock.waiting]).toEqual([['a1', 'a2'], 0])
  })

  it('wait for room for half of what a person may leave unread, where that is less than a page', async () => {
    unread = new UnreadBytes({ each: megabyte, all: 10 * megabyte })
    turns = new AnswerTurns({ clock, unread, atOnce: 2, atOnceEach: 1, mostWaitingEach: 5, relieve: () => {} })
    const share = hold('a', megabyte / 2 + 1)
    begin('a1')
    await nextTurn()
    expect(begun).toEqual([])
    share.set(megabyte / 2)
    await nextTurn()
    expect(begun).toEqual(['a1'])
  })

  it('that are catch-ups wait for no room, as they make it', async () => {
    hold('a', 4 * megabyte)
    await turns.runCatchUp('a', () => void begun.push('a1'))
    expect(begun).toEqual(['a1'])
  })

  it('wait for nothing that others have not read: whoever holds most makes room, if that is more than a page', async () => {
    const cut: string[] = []
    for (const person of ['b', 'c', 'd']) unread.openAnswer(person, () => cut.push(person)).set(3 * megabyte)
    await turns.run('a', () => void begun.push('a1'))
    expect([begun, cut]).toEqual([['a1'], ['b']])
  })

  it('begin as several of one person at once where that may be', async () => {
    turns = new AnswerTurns({ clock, unread, atOnce: 4, atOnceEach: 2, mostWaitingEach: 5, relieve: () => {} })
    for (const name of ['a1', 'a2', 'a3', 'b1']) begin(name)
    await nextTurn()
    expect(begun).toEqual(['a1', 'a2', 'b1'])
  })

  it('are refused to whoever has too many of them waiting, and to nobody else', async () => {
    begin('a1')
    for (let waiting = 0; waiting < 5; waiting += 1) begin('a2')
    await expect(begin('a3').done).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3000 })
    begin('b1')
    await nextTurn()
    expect(begun).toEqual(['a1', 'b1'])
  })
})
