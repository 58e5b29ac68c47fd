import { describe, expect, it } from 'vitest'
import { isReserved } from '#src/accounts/reserved-names.js'

describe('a reserved name', () => {
  it.each(['admin', 'A.d-m_i.n', 'ADMlN', 'Root', 'ME', 'you', 'Du', 'tú', 'أنت', 'ephemeral-chat', 'ephemeralchat'])(
    'is %s',
    name => {
      expect(isReserved(name)).toBe(true)
    },
  )

  it.each(['administra', 'adminn', 'me2', 'yours', 'tux', 'bob', 'ephemeral'])('is not %s', name => {
    expect(isReserved(name)).toBe(false)
  })
})
