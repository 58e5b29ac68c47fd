import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

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
    expect(await run('expiry')).toEqual({ before: [...written, ...people], after: people, rooms: 1, ...nothing })
  })

  test.each(['ending', 'dissolution', 'forgetting'])('after %s not even the people are found', async ending => {
    const before = [...written, 'userId', 'leaseId']
    expect(await run(ending)).toEqual({ before, after: [], rooms: 0, ...nothing })
  })
})
