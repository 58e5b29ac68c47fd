import { describe, expect, it } from 'vitest'
import { isBareAddress, isHostName, isOnThisNetwork } from '#src/rendering/bare-names.js'

describe('an address without a scheme', () => {
  it.each([
    ...['a.com', 'a.b.dev', 'a.co.in', 'почта.рф', 'a.xn--p1ai', '163.com', 'a.de/x', 'A.de/x', 'a.zz:80', 'a.zz/x'],
    ...[
      'docs.rs/serde',
      'main.rs:42/x',
      '1.0.dev/x',
      'localhost:3000',
      'localhost/x',
      '127.0.0.1:80',
      '10.0.0.1/admin',
    ],
  ])('is meant as one: %s', address => {
    expect(isBareAddress(address)).toBe(true)
  })

  it.each([
    ...['A.com', 'a.COM/x', 'a.zz', 'a.io', 'main.rs', 'main.rs:42', 'main.rs/', 'index.js:3', 'a.html/x', 'a.1:80'],
    ...['1.0.dev', 'localhost', '127.0.0.1', '10.0.0.0/8', 'a', 'a/x', 'a.b:80', 'in.co.in.x'],
  ])('is not meant as one: %s', address => {
    expect(isBareAddress(address)).toBe(false)
  })
})

it('a host name ends in letters, and not as a file does', () => {
  expect(['a.de', 'A.DE', 'a.museum', 'a.рф'].map(isHostName)).toEqual([true, true, true, true])
  expect(['a', 'a.2', 'a.b', '2x.png', 'x.PNG'].map(isHostName)).toEqual([false, false, false, false, false])
})

it('this machine and addresses of numbers are on this network', () => {
  expect(['localhost:80', '10.0.0.1/x', 'a.de:80', '1.2.3'].map(isOnThisNetwork)).toEqual([true, true, false, false])
})
