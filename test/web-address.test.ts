import { expect, it } from 'vitest'
import { parseUrl } from '#src/web-address.js'

it('parses an address, against a base if one is given', () => {
  expect(parseUrl('https://example.com/a')?.pathname).toBe('/a')
  expect(parseUrl('/a', 'http://ours')?.href).toBe('http://ours/a')
})

it.each(['', '/a', 'http://a:99999', 'https://[::g]'])('is null for %j', text => {
  expect(parseUrl(text)).toBeNull()
})

it('parses letters such as ü still once it has run so often that Node has optimised it', () => {
  for (let run = 0; run < 20_000; run += 1) parseUrl('https://example.com/')
  expect(parseUrl('https://münchen.de/')?.hostname).toBe('xn--mnchen-3ya.de')
})
