import { describe, expect, it } from 'vitest'
import { waitForQuiet } from './quiet.js'

describe('a screen reader is waited for', () => {
  it('until it has been quiet for two seconds after what was done', async () => {
    const begun = Date.now()
    await waitForQuiet(() => 60_000)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2000)
  })

  it('for longer where that is wanted', async () => {
    const begun = Date.now()
    await waitForQuiet(() => 60_000, { quietMs: 2500 })
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2500)
  })

  it('until all is there that is to be said', async () => {
    const asked: number[] = []
    await waitForQuiet(() => 60_000, { isComplete: waitedMs => asked.push(waitedMs) === 3 })
    expect(asked).toHaveLength(3)
  })

  it('and given up where it does not fall quiet', async () => {
    const endless = waitForQuiet(() => 0, { longestMs: 100 })
    await expect(endless).rejects.toThrow('The screen reader was not quiet after 0.1 seconds')
  })
})
