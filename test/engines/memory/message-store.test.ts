import { describe, expect, it } from 'vitest'
import { MessageList } from '#src/engines/memory/message-list.js'
import type { NewMessage } from '#src/engines/memory/message-store.js'
import { picture, seqsOf } from '../../support/engine/assembled-engine.js'

function messageOf(seq: number, message: Partial<NewMessage> = {}): NewMessage {
  return {
    ...{ seq, senderId: 'ann', nonce: `n${seq}`, text: `text ${seq}`, image: null, sentAt: 0, expiresAt: 100 },
    ...{ lifetimeMs: 100, livesFrom: 'sent', hasBegun: true, keptTimes: 0, ...message },
  }
}

/** A list, as it is a store, with as many messages of ann's. */
function storeOf(count: number) {
  const store = new MessageList('room', ['ann', 'bob'], true)
  for (let seq = 1; seq <= count; seq += 1) store.append(messageOf(seq), false)
  return store
}

describe('a store of messages', () => {
  it('gives a message as it was given, with an id and what it counts for', () => {
    const store = storeOf(1)
    const message = messageOf(2, { senderId: 'bob', image: picture })
    const entry = store.append(message, true, 'another')
    expect(entry).toEqual({
      message: { ...message, id: entry.message.id, roomId: 'room', replyTo: null },
      ...{ answers: 'another', isHeld: true, bytes: 512 + 2 * ('text 2'.length + picture.alt.length) },
    })
    expect([store.read(1)?.message.image, store.read(2), store.size]).toEqual([null, entry, 2])
  })

  it('keeps no string of what it was given, and reads the same from its own bytes', () => {
    const store = storeOf(1)
    const entry = store.append(messageOf(2, { senderId: 'bob', text: 'größer' }), true, 'another')
    store.letGoOfStored()
    expect(store.read(2)).toEqual(entry)
    expect(store.read(2)).not.toBe(entry)
  })

  it('gives those of one sender between two messages', () => {
    const store = storeOf(2)
    store.append(messageOf(3, { senderId: 'bob' }), false)
    store.append(messageOf(4), false)
    expect([seqsOf(store.sentBetween('ann', 2, 4)), seqsOf(store.sentBetween('bob', 1, 3))]).toEqual([[2, 4], [3]])
    expect(store.sentBetween('ann', 3, 2)).toEqual([])
  })

  it('knows an id by the letters that it was made of alone', () => {
    const store = storeOf(36)
    const id = store.idOf(36)
    const begin = id.slice(0, -6)
    const seqs = ['000010', '00000z', '00000Z', '0000010', '10', '00001-', '-00010'].map(
      end => store.get(begin + end)?.message.seq,
    )
    expect([id, ...seqs]).toEqual([`${begin}000010`, 36, 35, ...Array(5).fill(undefined)])
  })

  it('gives ids of their own that tell which message is meant, and no id of another room', () => {
    const [store, other] = [storeOf(2), storeOf(2)]
    const id = store.idOf(2)
    expect(id).toMatch(/^[\w-]{22}$/)
    expect([store.get(id)?.message.seq, store.get(other.idOf(2)), store.get(store.idOf(3))]).toEqual([
      2,
      undefined,
      undefined,
    ])
  })

  it.each(['', '2', 'constructor'])('knows no message of another id: "%s"', end => {
    const store = storeOf(2)
    expect([store.get(end), store.get(store.idOf(2) + end)?.message.seq]).toEqual([
      undefined,
      end === '' ? 2 : undefined,
    ])
  })

  it('finds a message by its nonce among those of its sender alone', () => {
    const store = storeOf(2)
    store.append(messageOf(3, { senderId: 'bob', nonce: 'n1' }), false)
    const seqOf = (senderId: string, nonce: string) => store.findSent(senderId, nonce)?.message.seq
    expect([seqOf('ann', 'n1'), seqOf('bob', 'n1'), seqOf('bob', 'n2')]).toEqual([1, 3, undefined])
  })

  it('tells which messages lie beside a seq, and how many follow', () => {
    const store = storeOf(3)
    expect([store.after(1, 0), store.after(1, 0, true), store.before(3, 1), store.countAfter(1, 1)]).toEqual([
      2, 0, 2, 2,
    ])
    expect([seqsOf(store), seqsOf(store.between(2, 2))]).toEqual([[1, 2, 3], [2]])
    expect(store.rangesUpTo(2, 0, 9)).toEqual([{ from: 1, to: 2 }])
  })

  it('keeps nothing of a message that is gone', () => {
    const store = storeOf(2)
    store.append(messageOf(3, { image: picture }), false)
    expect(store.remove(3)?.message.image).toEqual(picture)
    expect([store.read(3), store.get(store.idOf(3)), store.findSent('ann', 'n3'), store.size]).toEqual([
      ...[undefined, undefined, undefined, 2],
    ])
    store.append(messageOf(3), false)
    expect(store.read(3)?.message.image).toBeNull()
  })

  it('does not give from memory what has changed', () => {
    const store = storeOf(1)
    store.append(messageOf(2, { livesFrom: 'seen', hasBegun: false, expiresAt: 900 }), false)
    expect(store.read(2)?.message.expiresAt).toBe(900)
    store.stopWaiting(50)
    expect(store.read(2)?.message.expiresAt).toBe(150)
  })
})
