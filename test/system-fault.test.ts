import { expect, it } from 'vitest'
import { faultCodeOf } from '#src/system-fault.js'

it('the code of a system error is read off it, and of nothing else', () => {
  expect(faultCodeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT')
  for (const other of [new Error('x'), Object.assign(new Error('x'), { code: 5 }), { code: 'ENOENT' }, 'ENOENT', null])
    expect(faultCodeOf(other)).toBe('unknown')
})
