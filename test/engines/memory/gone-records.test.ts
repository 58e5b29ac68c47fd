import { describe, expect, it } from 'vitest'
import { digestBytes, type Gone, GoneRecords, hashOf } from '#src/engines/memory/gone-records.js'

function goneOf(seq: number, gone: Partial<Gone> = {}): Gone {
  return {
    seq,
    sentAt: seq,
    expiresAt: 2e12,
    lifetimeMs: 1e11,
    livesFrom: 'sent',
    hasBegun: true,
    keptTimes: 0,
    ...gone,
  }
}

const digestOf = (seq: number) => String.fromCharCode(255 - (seq % 256), seq % 256).repeat(digestBytes / 2)

function recordsOf(...seqs: number[]): GoneRecords {
  const records = new GoneRecords()
  for (const seq of seqs) records.push(digestOf(seq), goneOf(seq))
  return records
}

describe('the record of a message that is gone', () => {
  it.each<Partial<Gone>>([{}, { livesFrom: 'seen', hasBegun: false }, { keptTimes: 10, seq: 2 ** 32 - 1 }])(
    'is read as it was written: %j',
    gone => {
      const records = recordsOf(1)
      records.push(digestOf(2), goneOf(2, gone))
      expect([records.read(0), records.read(1)]).toEqual([goneOf(1), goneOf(2, gone)])
      expect([records.hasDigest(1, digestOf(2)), records.hasDigest(1, digestOf(1))]).toEqual([true, false])
    },
  )

  it('is looked for by a number, which is that of its digest', () => {
    const records = recordsOf(1, 2)
    expect([records.hash(0), records.hash(1)]).toEqual([hashOf(digestOf(1)), hashOf(digestOf(2))])
    expect(records.hash(0)).not.toBe(records.hash(1))
  })

  it('has the place of the one that goes, with all that it says of others', () => {
    const records = recordsOf(1, 2, 3)
    records.setLink(2, 'older', 7)
    records.replaceByLast(0)
    expect([records.size, records.read(0), records.read(1), records.link(0, 'older')]).toEqual([
      ...[2, goneOf(3), goneOf(2), 7],
    ])
  })

  it('is there among thousands, and when most of these are gone', () => {
    const seqs = Array.from({ length: 3_000 }, (_, index) => index + 1)
    const records = recordsOf(...seqs)
    expect(seqs.every(seq => records.read(seq - 1).seq === seq)).toBe(true)
    while (records.size > 5) records.replaceByLast(records.size - 1)
    expect([0, 1, 2, 3, 4].map(index => records.read(index))).toEqual([1, 2, 3, 4, 5].map(seq => goneOf(seq)))
  })
})
