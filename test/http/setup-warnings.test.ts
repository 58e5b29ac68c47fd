import { expect, it } from 'vitest'
import { setupWarnings } from '#src/http/setup-warnings.js'
import { captureLog } from '../support/captured-log.js'

it('each advice is logged once, however many requests ask for it, with values of 100 characters at most', () => {
  const { log, entries } = captureLog()
  const warn = setupWarnings(log)
  for (let count = 0; count < 3; count += 1) {
    warn('set this', { host: `${count}${'x'.repeat(200)}`, scheme: undefined })
    warn('set that', {})
  }
  expect(entries()).toMatchObject([
    { level: 'warn', msg: 'set this', host: `0${'x'.repeat(99)}` },
    { level: 'warn', msg: 'set that' },
  ])
})
