import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { prefersStream, rememberNoSockets } from '#src/browser/stream-loader.js'
import { TabStorage } from '../support/tab-storage.js'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('sessionStorage', new TabStorage())
  vi.stubGlobal('location', { search: '' })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('begins with a socket, unless the address asks for a stream', () => {
  expect(prefersStream()).toBe(false)
  vi.stubGlobal('location', { search: '?newest&live=sse' })
  expect(prefersStream()).toBe(true)
  vi.stubGlobal('location', { search: '?live=ws' })
  expect(prefersStream()).toBe(false)
})

it('begins with a stream for five minutes after sockets have failed', () => {
  rememberNoSockets()
  vi.advanceTimersByTime(299_999)
  expect(prefersStream()).toBe(true)
  vi.advanceTimersByTime(1)
  expect(prefersStream()).toBe(false)
})
