import { beforeAll, describe, expect, it } from 'vitest'
import { runShortForm } from '../support/short-form.js'

describe('the faults that take seconds', () => {
  let outcome: Awaited<ReturnType<typeof runShortForm>>
  beforeAll(async () => {
    outcome = await runShortForm('chaos.mjs')
  })

  it('break no promise', () => {
    expect(outcome.output).toMatch(/\n\d+ passed, 0 failed(?:, \d+ skipped)?\n$/)
    expect(outcome.code).toBe(0)
  })

  it('are all tried, or counted as skipped', ({ skip }) => {
    const untried = outcome.output.split('\n').filter(line => line.includes(': not tried, because '))
    skip(untried.length > 0, untried.join('\n'))
    expect(outcome.output).toMatch(/\n\d+ passed, \d+ failed\n$/)
  })
})
