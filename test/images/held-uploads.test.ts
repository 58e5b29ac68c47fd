import { expect, test } from 'vitest'
import { HeldUploads } from '#src/images/held-uploads.js'

const mebibyte = 1_048_576

test('all pictures together hold 64 MiB at most: one more is thrown away, and has room once others have gone', () => {
  const uploads = new HeldUploads()
  const [first, second, third] = [uploads.begin('a'), uploads.begin('b'), uploads.begin('c')]
  first.grow(40 * mebibyte)
  second.grow(24 * mebibyte)
  expect([first.refusal, second.refusal]).toEqual([null, null])
  third.grow(1)
  expect(third.refusal).toMatchObject({ code: 'server_busy', retryAfterMs: 5000 })
  first.end()
  const fourth = uploads.begin('c')
  fourth.grow(40 * mebibyte)
  expect(fourth.refusal).toBeNull()
})

test('one that is alone may be larger', () => {
  const uploads = new HeldUploads()
  const form = uploads.begin('a')
  form.grow(90 * mebibyte)
  form.grow(10 * mebibyte)
  expect(form.refusal).toBeNull()
})

test('what ends while it is still read holds nothing', () => {
  const uploads = new HeldUploads()
  const forms = Array.from({ length: 12 }, () => uploads.begin('a'))
  expect(() => uploads.begin('a')).toThrow('server_busy')
  for (const form of forms) form.end()
  for (const form of forms) {
    form.beginPicture()
    form.grow(64 * mebibyte)
  }
  const next = uploads.begin('a')
  next.beginPicture()
  next.grow(64 * mebibyte)
  expect(next.refusal).toBeNull()
})
