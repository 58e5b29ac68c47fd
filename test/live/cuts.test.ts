import { expect, it } from 'vitest'
import { chatThroughCuts } from '../support/cuts.js'

it('loses, doubles and reorders nothing while connections are cut and pages loaded anew', {
  timeout: 60_000,
}, async () => {
  const result = await chatThroughCuts({ pairs: 6, messages: 600, cutEveryMs: 50, reloadEveryMs: 400, pauseMs: 60 })
  expect(result).toMatchObject({ stored: 600, lost: 0, doubled: 0, outOfOrder: 0, differing: 0 })
  // Without faults every page would have been connected once.
  expect(result.connections).toBeGreaterThan(2 * 12)
})
