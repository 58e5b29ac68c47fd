import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { upload } from '#src/browser/upload.js'

/** A request that the test answers. */
class FakeRequest {
  static last: FakeRequest
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
  opened: string[] = []
  sent: unknown
  responseType = ''
  response: unknown = null
  retryAfter: string | null = null
  onload = () => {}
  onerror = () => {}
  onabort = () => {}

  constructor() {
    FakeRequest.last = this
  }

  open(...how: string[]): void {
    this.opened = how
  }

  send(body: unknown): void {
    this.sent = body
  }

  abort(): void {
    this.onabort()
  }

  getResponseHeader(name: string): string | null {
    return name === 'retry-after' ? this.retryAfter : null
  }

  answer(response: unknown, retryAfter: string | null = null): void {
    this.response = response
    this.retryAfter = retryAfter
    this.onload()
  }
}

beforeEach(() => {
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const begin = (onProgress = (_share: number) => {}) => {
  const form = new FormData()
  return { form, ...upload('/chats/room-1/images', form, onProgress), request: FakeRequest.last }
}

it('posts the form, tells how far it is, and gives the id of the picture', async () => {
  const shares: number[] = []
  const { form, request, result } = begin(share => shares.push(share))
  expect([request.opened, request.sent, request.responseType]).toEqual([['POST', '/chats/room-1/images'], form, 'json'])
  request.upload.onprogress?.({ loaded: 1, total: 4 })
  request.upload.onprogress?.({ loaded: 4, total: 4 })
  request.answer({ imageId: 'image-1' })
  expect(await result).toEqual({ imageId: 'image-1' })
  expect(shares).toEqual([0.25, 1])
})

it.each([
  [
    'a refusal',
    { message: 'This is no picture', isFinal: true },
    null,
    { message: 'This is no picture', isFinal: true },
  ],
  ['a limit', { message: 'Too many', isFinal: false }, '3', { message: 'Too many', retryAfterMs: 3000 }],
  ['an answer that is no JSON', null, null, {}],
  ['an answer of another shape', { imageId: 7, message: ['x'], isFinal: 'yes' }, null, {}],
])('tells %s', async (_, response, retryAfter, expected) => {
  const { request, result } = begin()
  request.answer(response, retryAfter)
  expect(await result).toEqual({ message: '', retryAfterMs: 0, isFinal: false, ...expected })
})

it('tells a network that failed from an upload that was called off', async () => {
  const failed = begin()
  failed.request.onerror()
  expect(await failed.result).toEqual({ message: '', retryAfterMs: 0, isFinal: false })
  const stopped = begin()
  stopped.cancel()
  expect(await stopped.result).toBe('cancelled')
})
