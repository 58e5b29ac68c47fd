import { expect, it } from 'vitest'
import { runShortForm } from '../support/short-form.js'

it('holds after an hour of people no more than before', async () => {
  const { code, output } = await runShortForm('soak.mjs')
  expect(output).toMatch(/\n\d+ passed, 0 failed\n$/)
  expect(code).toBe(0)
})
