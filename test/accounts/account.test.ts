import { describe, expect, it } from 'vitest'
import { emailKey, newAccount, privacyOf, publicPerson, usernameKey, withSessionsEnded } from '#src/accounts/account.js'
import { defaultSettings } from '#src/accounts/settings.js'
import { deviceOf } from '../support/push/devices.js'

const begun = { id: 'i', username: 'Ann', email: 'Ann@example.com', passwordHash: 'hash', createdAt: 5 }

describe('an account', () => {
  it('begins in its first generation, switched on, with nothing set, nobody blocked and no device', () => {
    expect(newAccount(begun)).toEqual({
      ...begun,
      generation: 0,
      isDisabled: false,
      settings: defaultSettings,
      blocked: [],
      devices: [],
    })
  })

  it('is of the next generation once its sessions have ended, and has no device any more', () => {
    const account = { ...newAccount(begun), generation: 3, blocked: ['bob'], devices: [deviceOf('a')] }
    expect(withSessionsEnded(account)).toEqual({ ...account, generation: 4, devices: [] })
  })

  it('shows others its id and name, and nothing else', () => {
    expect(publicPerson(newAccount(begun))).toEqual({ id: 'i', username: 'Ann' })
  })

  it('keeps from others what its settings and blocks say', () => {
    const account = newAccount(begun)
    expect(privacyOf(account)).toEqual({ sendsReceipts: true, sendsTyping: true, blocked: [] })
    const settings = { ...account.settings, sendsReceipts: false, sendsTyping: false }
    expect(privacyOf({ ...account, settings, blocked: ['bob'] })).toEqual({
      sendsReceipts: false,
      sendsTyping: false,
      blocked: ['bob'],
    })
  })
})

describe('two spellings of one name', () => {
  it.each([
    ['Ann', 'aNN'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδος', 'οδοσ'],
    ['ａｎｎ', 'ann'],
    ['Zo\u00eb', 'Zoe\u0308'],
  ])('are %s and %s', (one, other) => {
    expect(usernameKey(one)).toBe(usernameKey(other))
  })

  it.each([
    ['ann', 'anne'],
    ['ann', 'ann '],
    ['zoe', 'zoë'],
  ])('are not %j and %j', (one, other) => {
    expect(usernameKey(one)).not.toBe(usernameKey(other))
  })
})

it('an e-mail address is one, whatever its case, its composition and the spaces around it', () => {
  expect(emailKey(' J\u00d6RG@Example.COM\n')).toBe('j\u00f6rg@example.com')
  expect(emailKey('jo\u0308rg@example.com')).toBe('j\u00f6rg@example.com')
  expect(emailKey('a@example.com')).not.toBe(emailKey('b@example.com'))
})
