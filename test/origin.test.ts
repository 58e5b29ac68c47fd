import { expect, it } from 'vitest'
import { parseOrigin } from '#src/origin.js'

it.each([
  ['https://chat.example', 'https://chat.example'],
  ['HTTP://Chat.Example:80/', 'http://chat.example'],
  ['https://chat.example:443', 'https://chat.example'],
  ['http://[2001:DB8::7]:8080', 'http://[2001:db8::7]:8080'],
])('%s is the origin %s', (text, origin) => {
  expect(parseOrigin(text)?.origin).toBe(origin)
})

it.each([
  '',
  'null',
  'chat.example',
  'ftp://chat.example',
  'https://chat.example/a',
  'https://a@chat.example',
  'http://[',
])('%j is no origin', text => {
  expect(parseOrigin(text)).toBe(null)
})
