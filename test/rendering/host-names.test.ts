import { describe, expect, it } from 'vitest'
import { hostToShow, writtenHostOf } from '#src/rendering/host-names.js'

describe('the host that an address names', () => {
  it.each([
    ['https://example.com/a', 'example.com'],
    ['http://user:secret@Example.com:80?x', 'Example.com'],
    ['example.com:8080/x@y', 'example.com'],
    ['https://[::1]:3000/', '[::1]'],
    ['', ''],
  ])('of %j is %j', (address, host) => {
    expect(writtenHostOf(address)).toBe(host)
  })
})

describe('the host that an address leads to', () => {
  it.each([
    'https://example.com',
    'https://EXAMPLE.com:8080/x',
    'https://IBM.com',
    'https://[2001:DB8:0::1]/',
    'https://münchen.de',
    'https://smørrebrød.dk',
    'https://пример.рф',
    'https://сор.рф',
    'https://пример.com',
    'https://日本語abc.jp',
    'https://xn--80ak6aa92e.com',
    'https://ไทย.com',
  ])('needs not be shown for %s', address => {
    expect(hostToShow(address)).toBe('')
  })

  it.each([
    ['https://bank.com@evil.example', 'evil.example'],
    ['https://@example.com', 'example.com'],
    ['https://аpple.com', 'xn--pple-43d.com'],
    ['https://аррӏе.com', 'xn--80ak6aa92e.com'],
    ['https://www.gοοgle.com', 'www.xn--ggle-0nda.com'],
    ['https://ɡoogle.com', 'xn--oogle-qmc.com'],
    ['https://goog৪e.com', 'xn--googe-j2l.com'],
    ['https://ไทยabc.com', 'xn--abc-vml3c0l.com'],
    ['https://ｇｏｏｇｌｅ.com', 'google.com'],
    ['https://exam\u00adple.com', 'example.com'],
    ['https://x\u0332y.com', 'xn--xy-gyb.com'],
    ['https://i❤.ws', 'xn--i-7iq.ws'],
    ['https://paypaI.com', 'paypai.com'],
    ['https://Imgur.com', 'imgur.com'],
    ['http://2130706433', '127.0.0.1'],
  ])('is shown for %s: %s', (address, host) => {
    expect(hostToShow(address)).toBe(host)
  })

  it.each(['https://a b', 'https://xn--a.com', 'https://בexample.com', 'https://[::g]'])('is none for %j', address => {
    expect(hostToShow(address)).toBeNull()
  })
})
