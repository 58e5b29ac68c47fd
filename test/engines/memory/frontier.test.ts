import { describe, expect, it } from 'vitest'
import { Frontier } from '#src/engines/memory/frontier.js'
import { makePair, seqsOf, writeMany } from '../../support/engine/assembled-engine.js'

/** A frontier before the first of as many messages. */
function start(count: number) {
  const { room, ann } = makePair()
  const frontier = new Frontier()
  const entries = writeMany(ann, count)
  for (const entry of entries) frontier.add(entry)
  const firstSeq = () => frontier.first?.message.seq ?? null
  const remove = (seq: number) => {
    const [entry] = [...room.messages].filter(({ message }) => message.seq === seq)
    if (entry === undefined) throw new Error(`There is no message ${seq}`)
    room.messages.remove(entry)
    frontier.remove(entry)
  }
  return { ann, frontier, firstSeq, remove }
}

describe('a frontier', () => {
  it('knows no message where there is none', () => {
    expect(new Frontier().first).toBeNull()
  })

  it('stays before the first message when others come', () => {
    expect(start(3).firstSeq()).toBe(1)
  })

  it('passes the messages up to a seq, in their order, and stands before the next', () => {
    const { frontier, firstSeq } = start(4)
    expect(seqsOf(frontier.pass(2))).toEqual([1, 2])
    expect(firstSeq()).toBe(3)
  })

  it('passes no message twice', () => {
    const { frontier, firstSeq } = start(3)
    frontier.pass(2)
    expect(seqsOf(frontier.pass(2))).toEqual([])
    expect(seqsOf(frontier.pass(1))).toEqual([])
    expect(firstSeq()).toBe(3)
  })

  it('stands before the next new message once it has passed all', () => {
    const { ann, frontier, firstSeq } = start(2)
    frontier.pass(5)
    expect(firstSeq()).toBeNull()
    for (const entry of writeMany(ann, 2)) frontier.add(entry)
    expect(firstSeq()).toBe(3)
  })

  it('stands before the next one when the message after it is gone', () => {
    const { firstSeq, remove } = start(3)
    remove(1)
    expect(firstSeq()).toBe(2)
  })

  it('stays when another message is gone', () => {
    const { firstSeq, remove } = start(3)
    remove(2)
    expect(firstSeq()).toBe(1)
  })

  it('passes only what still lives', () => {
    const { frontier, remove } = start(4)
    remove(2)
    expect(seqsOf(frontier.pass(3))).toEqual([1, 3])
  })
})
