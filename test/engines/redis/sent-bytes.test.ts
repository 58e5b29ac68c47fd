import { describe, expect, it } from 'vitest'
import { PackedReader } from '#src/engines/redis/packed-reader.js'
import { SentBytes } from '#src/engines/redis/sent-bytes.js'

const start = (partitions: number, answers: number[] = []) =>
  new SentBytes({ partitions, runEverywhere: async () => answers.map(each => new PackedReader(Buffer.of(each))) })

describe('what senders hold', () => {
  it('is what other partitions answered last', () => {
    const sent = start(3)
    sent.note('ann', 0, 100)
    sent.note('ann', 2, 30)
    sent.note('ann', 0, 70)
    expect([sent.elsewhere('ann', 0), sent.elsewhere('ann', 1), sent.elsewhere('bob', 1)]).toEqual([30, 100, 0])
  })

  it('is what all partitions answer once they are asked', async () => {
    const sent = start(3, [1, 2, 3])
    sent.note('ann', 0, 100)
    await sent.ask('ann')
    expect(sent.elsewhere('ann', 1)).toBe(4)
  })

  it('is not kept where there is but one partition, nor of more than ten thousand senders', () => {
    const alone = start(1)
    alone.note('ann', 0, 100)
    expect(alone.elsewhere('ann', 1)).toBe(0)
    const sent = start(2)
    for (let index = 0; index <= 10_000; index += 1) sent.note(`sender-${index}`, 0, 1)
    expect([sent.elsewhere('sender-0', 1), sent.elsewhere('sender-1', 1)]).toEqual([0, 1])
  })
})
