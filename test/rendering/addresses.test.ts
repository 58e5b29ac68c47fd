import { describe, expect, it } from 'vitest'
import { hostLetter, mailAddressAt, webAddressAt } from '#src/rendering/addresses.js'

const web = (text: string, before = '') => webAddressAt(text, 0, before).address

describe('a web address', () => {
  it.each([
    ['example.com/a. Then', 'example.com/a'],
    ['example.com谢谢', 'example.com'],
    ['example.com:80谢谢/x', 'example.com:80'],
    ['localhost上', 'localhost'],
    ['中文.com谢谢', '中文.com'],
    ['example.comпривет', 'example.com'],
    ['www.comédie.fr/x', 'www.comédie.fr/x'],
    ['example.com/docs了解', 'example.com/docs'],
    ['example.com/wiki/了解more', 'example.com/wiki/了解more'],
    ['example.com/_(中文)', 'example.com/_(中文)'],
    ['example.com/x(中文)', 'example.com/x'],
    ['example.com/می\u200cخواهم', 'example.com/می\u200cخواهم'],
    ['example.com/xhttps://example.org', 'example.com/x'],
    ['example.com/?u=https://example.org', 'example.com/?u=https://example.org'],
    ['example.com/a|b`c', 'example.com/a'],
    ['example.com/a\u202eb', 'example.com/a'],
    ['foo_bar.example.com/x', 'foo_bar.example.com/x'],
    ['exa%6d.com', ''],
    ['', ''],
  ])('ends before what belongs to the sentence: %j', (text, address) => {
    expect(web(text)).toBe(address)
  })

  it('loses the sign of emphasis at its end only where one stands before it', () => {
    expect([web('example.com/x_', '_'), web('example.com/x_')]).toEqual(['example.com/x', 'example.com/x_'])
  })

  it('is looked for from where it is said to begin, and tells how far', () => {
    expect(webAddressAt('see a.de/x, b', 4)).toEqual({ address: 'a.de/x', looked: 7 })
    expect(webAddressAt(' ', 0)).toEqual({ address: '', looked: 1 })
  })
})

describe('an e-mail address', () => {
  it.each([
    ['a.b+c@example.com.', 'a.b+c@example.com'],
    ['a@example.com谢谢', 'a@example.com'],
    ['a@example.com@b', ''],
    ['a@.com', ''],
  ])('ends with its host: %j', (text, address) => {
    expect(mailAddressAt(text, 0).address).toBe(address)
  })
})

it('a letter of a host is no letter of a script without spaces, no arrow and no punctuation', () => {
  const pattern = new RegExp(`^${hostLetter}$`, 'u')
  const letters = ['a', 'Z', '0', '_', '-', 'é', 'п', '漢', 'あ', '한', 'ก', 'ש', 'ع', '→', '😀', '.', '。']
  expect(letters.filter(letter => pattern.test(letter)).join('')).toBe('aZ0_-éп')
})
