import { describe, expect, it } from 'vitest'
import { lengthOf, MessageBlock, type Stored } from '#src/engines/memory/message-block.js'
import { Slabs, type Span } from '#src/engines/memory/slabs.js'

const never = Number.POSITIVE_INFINITY

function storedOf(seq: number, stored: Partial<Stored> = {}): Stored {
  return {
    ...{ seq, sender: 0, isHeld: false, nonce: `nonce-${seq}`, text: `text ${seq}` },
    ...{ sentAt: 1_800_000_000_000 + seq, expiresAt: 1_800_000_900_000 + seq, lifetimeMs: 900_000, warnsAt: never },
    ...{ livesFrom: 'sent', hasBegun: true, keptTimes: 0 },
    ...stored,
  }
}

/** A block with messages of these numbers, in these bytes. */
function blockIn(span: Span, ...seqs: number[]): MessageBlock {
  const block = new MessageBlock(span)
  for (const seq of seqs) block.append(storedOf(seq))
  return block
}

const slabs = new Slabs()
const spanOf = (bytes: number) => slabs.take(bytes)
const contentOf = ({ bytes, start, length }: Span) => bytes.subarray(start, start + length)
const blockOf = (...seqs: number[]) => blockIn(spanOf(1_000), ...seqs)

const seqsIn = (block: MessageBlock) => Array.from({ length: block.size }, (_, index) => block.seqAt(index))

describe('a message in a block', () => {
  it.each<[string, Partial<Stored>]>([
    ['of plain letters', {}],
    ['of letters that take two bytes', { text: 'Grüße, \u{1f600}' }],
    ['with a nonce of such letters', { nonce: 'é' }],
    ['with half of a surrogate pair', { text: '\ud800' }],
    ['without a text', { text: '' }],
    ['of the second person, held', { sender: 1, isHeld: true }],
    ['that waits to be seen', { livesFrom: 'seen', hasBegun: false }],
    ['that was kept and is to be warned of', { keptTimes: 10, warnsAt: 1_800_000_840_000.5 }],
    ['that lives for years', { lifetimeMs: 1e11, expiresAt: 2e12 }],
    ['with the last number', { seq: 2 ** 32 - 1 }],
  ])('is read as it was written: %s', (_title, stored) => {
    const block = blockOf(1)
    const message = storedOf(2, stored)
    expect(block.append(message)).toBe(true)
    expect(block.read(1)).toEqual(message)
    expect(block.read(0)).toEqual(storedOf(1))
  })

  it('is not written where there is no space for it', () => {
    const stored = { text: 'x'.repeat(10_000) }
    const length = lengthOf(storedOf(1, stored))
    const block = new MessageBlock(spanOf(2 * length))
    expect([1, 2, 3].map(seq => block.append(storedOf(seq, stored)))).toEqual([true, true, false])
    expect([seqsIn(block), block.bytes, block.capacity]).toEqual([[1, 2], 2 * length, 2 * length])
  })

  it('is found by its number, or where it would be', () => {
    const block = blockOf(3, 5, 6)
    expect([1, 3, 4, 5, 6, 7].map(seq => block.indexFrom(seq))).toEqual([0, 0, 1, 1, 2, 3])
    expect([block.firstSeq, block.lastSeq]).toEqual([3, 6])
  })

  it('has another life, and stays what it is', () => {
    const block = blockOf(1)
    const life = { expiresAt: 5, livesFrom: 'seen', hasBegun: false, keptTimes: 2, warnsAt: 4 } as const
    block.setLife(0, life)
    expect(block.read(0)).toEqual(storedOf(1, life))
    expect(block.isWaiting(0)).toBe(true)
  })

  it('is overwritten when it goes, and no other is', () => {
    const memory = spanOf(1_000)
    const block = blockIn(memory, 1, 2, 3)
    const { bytes } = block
    block.remove(1)
    expect([block.read(0), block.read(1), block.size]).toEqual([storedOf(1), storedOf(3), 2])
    expect(block.bytes).toBe(bytes - lengthOf(storedOf(2)))
    expect(['text 1', 'text 2', 'nonce-2'].map(text => contentOf(memory).includes(text))).toEqual([true, false, false])
  })

  it('is overwritten with all others, and not to be read any more, once the block is given back', () => {
    const memory = spanOf(1_000)
    const block = blockIn(memory, 1, 2)
    block.release(slabs)
    expect(contentOf(memory).every(byte => byte === 0)).toBe(true)
    expect(() => block.read(0)).toThrow(RangeError)
  })

  it('is not looked for beyond the block, where others are', () => {
    const block = blockOf(1)
    expect(() => block.read(1)).toThrow(RangeError)
    expect(() => block.read(-1)).toThrow(RangeError)
  })
})

describe('a block', () => {
  it('counts the messages that each of the two may know of', () => {
    const block = blockOf(1)
    block.append(storedOf(2, { isHeld: true }))
    block.append(storedOf(3, { sender: 1 }))
    expect([block.countFor(0), block.countFor(1)]).toEqual([3, 2])
    expect([block.isKnownTo(0, 1), block.isKnownTo(1, 1), block.senderAt(2)]).toEqual([true, false, 1])
    block.remove(1)
    block.remove(0)
    expect([block.countFor(0), block.countFor(1)]).toEqual([1, 1])
  })

  it('knows when the first of its messages is due, whatever changes', () => {
    const block = new MessageBlock(spanOf(1_000))
    const due = () => [block.nextExpiry, block.nextWarning]
    expect(due()).toEqual([never, never])
    block.append(storedOf(1, { expiresAt: 30, warnsAt: 20 }))
    block.append(storedOf(2, { expiresAt: 40, warnsAt: 10 }))
    expect(due()).toEqual([30, 10])
    block.setLife(0, storedOf(1, { expiresAt: 60 }))
    expect(due()).toEqual([40, 10])
    block.remove(1)
    expect(due()).toEqual([60, never])
  })

  it('is sparse once more than half of it is gone', () => {
    const block = blockOf(1, 2, 3, 4)
    block.remove(0)
    block.remove(0)
    expect(block.isSparse).toBe(false)
    block.remove(0)
    expect(block.isSparse).toBe(true)
  })

  it('takes in the messages of another', () => {
    const block = blockOf(1)
    const other = blockOf(2, 3, 4)
    other.setLife(0, storedOf(2, { expiresAt: 7, warnsAt: 6 }))
    other.remove(1)
    block.absorb(other)
    expect([seqsIn(block), block.read(2), block.countFor(1)]).toEqual([[1, 2, 4], storedOf(4), 3])
    expect([block.nextExpiry, block.nextWarning]).toEqual([7, 6])
  })
})
