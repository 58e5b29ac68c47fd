import { expect, test } from 'vitest'
import { HeldUploads } from '#src/images/held-uploads.js'

const mebibyte = 1_048_576

test('all pictures together hold 64 MiB at most: one more is thrown away, and has room once others have gone', () => {
  const uploads = new HeldUploads(2 * mebibyte)
  const forms = ['a', 'b', 'c', 'd'].map(userId => uploads.begin(userId))
  for (const form of forms) form.grow(16 * mebibyte)
  expect(forms.map(({ refusal }) => refusal)).toEqual([null, null, null, null])
  const next = uploads.begin('e')
  next.grow(1)
  expect(next.refusal).toMatchObject({ code: 'server_busy', retryAfterMs: 5000 })
  forms[0]?.end()
  const last = uploads.begin('e')
  last.grow(16 * mebibyte)
  expect(last.refusal).toBeNull()
})

test('those of one person hold 16 MiB, or one of the largest where that is more, and leave as much for another', () => {
  for (const maxSize of [2 * mebibyte, 100 * mebibyte]) {
    const uploads = new HeldUploads(maxSize)
    const [first, second, other] = [uploads.begin('a'), uploads.begin('a'), uploads.begin('b')]
    const share = Math.max(16 * mebibyte, maxSize)
    first.grow(share)
    second.grow(1)
    other.grow(share)
    expect([first.refusal, second.refusal?.code, other.refusal]).toEqual([null, 'server_busy', null])
  }
})

test('what ends while it is still read holds nothing', () => {
  const uploads = new HeldUploads(2 * mebibyte)
  const forms = Array.from({ length: 12 }, () => uploads.begin('a'))
  expect(() => uploads.begin('a')).toThrow('server_busy')
  for (const form of forms) form.end()
  for (const form of forms) {
    form.beginPicture()
    form.grow(16 * mebibyte)
  }
  const next = uploads.begin('a')
  next.beginPicture()
  next.grow(16 * mebibyte)
  expect(next.refusal).toBeNull()
})
