import { expect, it } from 'vitest'
import { runShortForm } from '../support/short-form.js'

it('keeps what is promised for the faults that take seconds', async () => {
  const { code, output } = await runShortForm('chaos.mjs')
  expect(output).toMatch(/\n\d+ passed, 0 failed\n$/)
  expect(code).toBe(0)
})
