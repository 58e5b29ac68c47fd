import { expect, test } from 'vitest'
import { HeldUploads } from '#src/images/held-uploads.js'

const mebibyte = 1_048_576

const stay = () => {
  throw new Error('gave way')
}

test('all pictures together hold 64 MiB at most: one more is thrown away, and has room once others have gone', () => {
  const uploads = new HeldUploads(2 * mebibyte)
  const forms = ['a', 'b', 'c', 'd'].map(userId => uploads.begin(userId, stay))
  for (const form of forms) form.grow(16 * mebibyte)
  expect(forms.map(({ refusal }) => refusal)).toEqual([null, null, null, null])
  const next = uploads.begin('e', stay)
  next.grow(1)
  expect(next.refusal).toMatchObject({ code: 'server_busy', retryAfterMs: 5000 })
  forms[0]?.end()
  const last = uploads.begin('e', stay)
  last.grow(16 * mebibyte)
  expect(last.refusal).toBeNull()
})

test('those of one person hold 16 MiB, or one of the largest where that is more, and leave as much for another', () => {
  for (const maxSize of [2 * mebibyte, 100 * mebibyte]) {
    const uploads = new HeldUploads(maxSize)
    const [first, second, other] = [uploads.begin('a', stay), uploads.begin('a', stay), uploads.begin('b', stay)]
    const share = Math.max(16 * mebibyte, maxSize)
    first.grow(share)
    second.grow(1)
    other.grow(share)
    expect([first.refusal, second.refusal?.code, other.refusal]).toEqual([null, 'server_busy', null])
  }
})

test('what ends while it is still read holds nothing', () => {
  const uploads = new HeldUploads(2 * mebibyte)
  const forms = Array.from({ length: 12 }, () => uploads.begin('a', stay))
  expect(() => uploads.begin('a', stay)).toThrow('server_busy')
  for (const form of forms) form.end()
  for (const form of forms) {
    form.beginPicture()
    form.grow(16 * mebibyte)
  }
  const next = uploads.begin('a', stay)
  next.beginPicture()
  next.grow(16 * mebibyte)
  expect(next.refusal).toBeNull()
})

test('the slowest gives way where all is taken, if it has come to a near stop and is not whole', () => {
  let now = 0
  const gone: string[] = []
  const uploads = new HeldUploads(2 * mebibyte, () => now)
  const begin = (userId: string) => {
    const form = uploads.begin(userId, () => gone.push(userId))
    form.grow(16 * mebibyte)
    form.receive(2 * mebibyte)
    return form
  }
  const [whole, trickling, still, steady] = [begin('whole'), begin('trickling'), begin('still'), begin('steady')]
  whole.complete()
  const next = () => {
    const form = uploads.begin('next', stay)
    form.grow(mebibyte)
    return form.refusal?.code ?? null
  }
  expect(next()).toBe('server_busy')
  for (now = 3000; now <= 6000; now += 3000) {
    trickling.receive(10)
    steady.receive(3 * 17_000)
  }
  now = 8999
  expect([next(), gone, still.refusal?.code]).toEqual([null, ['still'], 'server_busy'])
  uploads.begin('another', stay).grow(15 * mebibyte)
  expect(gone).toEqual(['still'])
  expect([next(), gone]).toEqual([null, ['still', 'trickling']])
})
