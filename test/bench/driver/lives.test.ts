import { describe, expect, it } from 'vitest'
import { Conversations, textOf } from '../../../bench/driver/lives.mjs'

/** A client whose other end answers each step at once; it keeps what was said. */
class EchoVoice {
  other: EchoVoice | undefined
  readonly awaited = new Set<string>()
  onShown = (_number: number, _message: { id: string }) => {}
  onStatus = (_id: string, _status: string) => {}
  onClose = (_code: number) => {}
  readonly said: string[] = []

  sendText(_content: string, number: number) {
    this.said.push(`send ${number}`)
    setImmediate(() => {
      this.other?.onShown(number, { id: `m${number}` })
      this.onStatus(`m${number}`, 'delivered')
    })
  }

  reportSeen({ id }: { id: string }) {
    this.said.push(`seen ${id}`)
    setImmediate(() => this.other?.onStatus(id, 'seen'))
  }
}

function newPair(): [EchoVoice, EchoVoice] {
  const [left, right] = [new EchoVoice(), new EchoVoice()]
  left.other = right
  right.other = left
  return [left, right]
}

describe('the life of a message', () => {
  it('has a text of 48 characters with its number', () => {
    expect([0, 1234, 99_999_999].map(number => textOf(number).length)).toEqual([48, 48, 48])
    expect(textOf(1234)).toMatch(/^life-1234 /)
  })

  it('is sent, then reported as seen, and the next one comes when it is over', async () => {
    const [left, right] = newPair()
    await new Conversations([[left, right]]).loop({ underWay: 1, ms: 10 }, () => 0)
    expect(left.said.slice(0, 2)).toEqual(['send 0', 'send 1'])
    expect(right.said.slice(0, 2)).toEqual(['seen m0', 'seen m1'])
  })

  it('goes both ways where two are under way', async () => {
    const [left, right] = newPair()
    await new Conversations([[left, right]]).loop({ underWay: 2, ms: 10 }, () => 0)
    expect([left.said[0], right.said[0]]).toEqual(['send 0', 'send 1'])
  })

  it('begins when it is due at a fixed rate, as many as the time holds', async () => {
    const [left, right] = newPair()
    const { p99, shownP99 } = await new Conversations([[left, right]]).atRate({ rate: 200, ms: 20 }, () => 0)
    expect([...left.said, ...right.said].filter(said => said.startsWith('send'))).toHaveLength(4)
    expect(p99).toBeGreaterThanOrEqual(shownP99)
  })

  it('is counted with the processor time that all of them took', async () => {
    const used = [100, 400]
    const { lives, processorUs } = await new Conversations([newPair()]).loop(
      { underWay: 2, ms: 20 },
      () => used.shift() ?? Number.NaN,
    )
    expect(lives).toBeGreaterThan(2)
    expect(processorUs).toBeCloseTo(300_000 / lives)
  })

  it('fails if a client was closed meanwhile', async () => {
    const [left, right] = newPair()
    right.reportSeen = () => right.onClose(1013)
    const conversations = new Conversations([[left, right]])
    await expect(conversations.loop({ underWay: 1, ms: 5 }, () => 0)).rejects.toThrow('closed with 1013')
  })
})
