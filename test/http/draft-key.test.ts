import { expect, it } from 'vitest'
import { DraftKeys, deriveDraftKey, maskKey } from '#src/http/draft-key.js'

const secret = 'a secret of at least thirty-two characters'

it('is the same for a person as long as the secret is, and another for anybody else', () => {
  const key = deriveDraftKey(secret, 'ann')
  expect(key).toHaveLength(32)
  expect(deriveDraftKey(secret, 'ann')).toEqual(key)
  expect(deriveDraftKey(secret, 'ben')).not.toEqual(key)
  expect(deriveDraftKey(`${secret}!`, 'ann')).not.toEqual(key)
})

it('is handed out to a person again and again, masked anew each time', () => {
  const keys = new DraftKeys(secret)
  const unmask = (text: string) => {
    const bytes = Buffer.from(text, 'base64')
    return Buffer.from(bytes.subarray(32).map((byte, index) => byte ^ (bytes[index] ?? 0)))
  }
  const [first, second, others] = [keys.handOut('ann'), keys.handOut('ann'), keys.handOut('ben')]
  expect(first).not.toBe(second)
  expect([first, second].map(unmask)).toEqual(Array(2).fill(deriveDraftKey(secret, 'ann')))
  expect(unmask(others)).toEqual(deriveDraftKey(secret, 'ben'))
})

it('is masked by other bytes in every page, from which it can be told', () => {
  const key = deriveDraftKey(secret, 'ann')
  const [first, second] = [maskKey(key), maskKey(key)].map(text => Buffer.from(text, 'base64'))
  expect(first).toHaveLength(64)
  expect(first).not.toEqual(second)
  expect(first?.subarray(32)).not.toEqual(second?.subarray(32))
  for (const bytes of [first, second]) {
    expect(bytes?.subarray(32).map((byte, index) => byte ^ (bytes[index] ?? 0))).toEqual(key)
  }
})
