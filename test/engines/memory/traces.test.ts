import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import { forgetLastMatch, ownCopy } from '#src/engines/memory/traces.js'

const probe = fileURLToPath(new URL('../../support/engine/trace-probe.mjs', import.meta.url))
const written = ['text', 'nonce', 'imageId', 'alt']

/** What the probe found in the heap before and after messages ended in that way. */
async function run(ending: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [probe, ending])
  return JSON.parse(stdout)
}

describe('gone means gone from the heap', () => {
  const nothing = { messages: 0, bytesHeld: 0 }

  test('a living message is found, the frame it came in is not; after expiry nothing of it is', async () => {
    const people = ['userId', 'leaseId']
    expect(await run('expiry')).toEqual({
      before: [...written, ...people],
      after: people,
      dayAfter: expect.anything(),
      rooms: 1,
      ...nothing,
    })
  })

  test.each(['ending', 'dissolution', 'forgetting'])(
    'after %s only who it was with is found, for a day',
    async ending => {
      const before = [...written, 'userId', 'leaseId']
      expect(await run(ending)).toEqual({ before, after: ['userId'], dayAfter: [], rooms: 0, ...nothing })
    },
  )
})

describe('a copy of its own', () => {
  it.each(['', 'a', 'plain text', 'é', '€', '😀', '\ud83d', 'a\u0000b', 'grüße an 😀'])('says the same as %j', text => {
    expect(ownCopy(text)).toBe(text)
  })

  it.each([
    ['as long as is usually copied', 'x'.repeat(32_768)],
    ['longer than is usually copied', 'x'.repeat(32_769)],
    ['very long', 'x'.repeat(200_000)],
    ['as long as is usually copied, in other letters', '€'.repeat(32_768)],
    ['longer than is usually copied, in other letters', '€'.repeat(32_769)],
    ['very long, in other letters', '€'.repeat(200_000)],
  ])('says the same as a text that is %s', (_title, text) => {
    expect(ownCopy(text) === text).toBe(true)
  })

  it('has nothing of what was copied before', () => {
    ownCopy('a longer text before')
    expect(ownCopy('short')).toBe('short')
  })
})

describe('the last match of a regular expression', () => {
  it('is forgotten', () => {
    expect(/secret/.test('a secret message')).toBe(true)
    expect(RegExp.$_).toBe('a secret message')
    forgetLastMatch()
    expect(RegExp.$_).toBe('')
  })
})
