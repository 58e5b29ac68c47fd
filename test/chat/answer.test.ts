import { describe, expect, it } from 'vitest'
import { attempt, goOn } from '#src/chat/answer.js'

const fault = new Error('fault')
const fail = () => {
  throw fault
}

describe('what goes on with an answer', () => {
  it('does so at once if it is there', () => {
    expect(goOn(1, number => number + 1)).toBe(2)
  })

  it('waits for it otherwise', async () => {
    const answer = goOn(Promise.resolve(1), number => number + 1)
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toBe(2)
  })
})

describe('an attempt', () => {
  it.each([() => {}, async () => {}])('hands nothing over when nothing is thrown', async work => {
    await attempt(work, () => expect.fail('something was handed over'))
  })

  it.each([fail, async () => fail()])('hands over what is thrown, or rejected with', async work => {
    const errors: unknown[] = []
    await attempt(work, error => errors.push(error))
    expect(errors).toEqual([fault])
  })
})
