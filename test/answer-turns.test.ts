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
    turns = new AnswerTurns({ clock, unread, atOnce: 2, relieve: () => (relieved += 1) })
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

  it('are refused after three seconds before anything is read, with all that has waited as long', async () => {
    hold('a', 4 * megabyte - fullPage + 1)
    const asked = [begin('a1'), begin('a2')]
    await clock.advance(3000)
    const refused = { code: 'rate_limited', retryAfterMs: 10_000 }
    for (const { done } of asked) await expect(done).rejects.toMatchObject(refused)
    expect(begun).toEqual([])
  })

  it('that are catch-ups do not wait for room beside what their person has not read, as they make it', async () => {
    hold('a', 4 * megabyte)
    await turns.runCatchUp('a', () => void begun.push('a1'))
    hold('b', 5 * megabyte)
    void turns.runCatchUp('a', () => void begun.push('a2'))
    await clock.advance(2999)
    expect(begun).toEqual(['a1'])
    await clock.advance(1)
    expect(begun).toEqual(['a1', 'a2'])
  })

  it('wait as long for what all have not read, and are then made all the same', async () => {
    hold('b', 10 * megabyte - fullPage + 1)
    begin('a1')
    await clock.advance(2999)
    expect(begun).toEqual([])
    await clock.advance(1)
    expect(begun).toEqual(['a1'])
  })

  it('are refused to whoever has 125 of them waiting, and to nobody else', async () => {
    begin('a1')
    for (let waiting = 0; waiting < 125; waiting += 1) begin('a2')
    await expect(begin('a3').done).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3000 })
    begin('b1')
    await nextTurn()
    expect(begun).toEqual(['a1', 'b1'])
  })
})
