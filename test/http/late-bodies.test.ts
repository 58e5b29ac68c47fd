import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { discardRest } from '#src/http/late-bodies.js'
import { rawConnection } from '../support/raw-request.js'
import { serveApp } from '../support/served-app.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** Waits without moving the intervals, as `expect.poll` would. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

interface Begun {
  readonly socket: Socket
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly onCut: ReturnType<typeof vi.fn<() => void>>
  readonly told: () => string
}

/** Posts a body of 5000 bytes of which nothing has come yet; of its rest at most 1000 bytes are read after the answer. */
async function begin(headers = ''): Promise<Begun> {
  const onCut = vi.fn<() => void>()
  let arrived: (exchange: Pick<Begun, 'request' | 'response'>) => void = () => {}
  const exchange = new Promise<Pick<Begun, 'request' | 'response'>>(resolve => {
    arrived = resolve
  })
  const url = await serveApp((request, response) => {
    discardRest(request, response, 1000, onCut)
    request.resume()
    arrived({ request, response })
  })
  const socket = await rawConnection(url)
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.on('data', data => {
    text += data
  })
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n${headers}\r\n`)
  return { socket, ...(await exchange), onCut, told: () => text }
}

/** Sends so many bytes of the body, and waits until the server has them. */
async function send({ socket, request }: Begun, bytes: number): Promise<void> {
  const before = request.socket.bytesRead
  socket.write('x'.repeat(bytes))
  await until(() => request.socket.bytesRead === before + bytes)
}

async function answer({ response, told }: Begun): Promise<void> {
  const finished = new Promise(resolve => response.once('finish', resolve))
  response.end('answer')
  await finished
  await until(() => told().endsWith('answer'))
}

describe('the rest of a body that was answered', () => {
  it('is read up to its limit, counted from the answer, and looked at four times a second', async () => {
    const begun = await begin()
    await send(begun, 2000)
    await answer(begun)
    await send(begun, 1000)
    vi.advanceTimersByTime(10_000)
    expect([begun.onCut.mock.calls.length, begun.request.socket.destroyed]).toEqual([0, false])
    await send(begun, 1)
    vi.advanceTimersByTime(249)
    expect([begun.onCut.mock.calls.length, begun.request.socket.destroyed]).toEqual([0, false])
    vi.advanceTimersByTime(1)
    expect([begun.onCut.mock.calls.length, begun.request.socket.destroyed]).toEqual([1, true])
  })

  it('is cut once, and not looked at any more', async () => {
    const begun = await begin()
    await answer(begun)
    await send(begun, 1001)
    vi.advanceTimersByTime(10_000)
    expect([begun.onCut.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0])
  })

  it('is not looked at any more once it has come, however long it was', async () => {
    const begun = await begin()
    await answer(begun)
    await send(begun, 5000)
    await until(() => begun.request.complete)
    vi.advanceTimersByTime(250)
    expect([begun.onCut.mock.calls.length, begun.request.socket.destroyed]).toEqual([0, false])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not looked at any more once its client has gone', async () => {
    const begun = await begin()
    await answer(begun)
    expect(vi.getTimerCount()).toBe(1)
    begun.socket.destroy()
    await until(() => begun.request.socket.destroyed)
    vi.advanceTimersByTime(250)
    expect([begun.onCut.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('is not looked at before the answer, nor if none is left', async () => {
    const begun = await begin()
    expect(vi.getTimerCount()).toBe(0)
    await send(begun, 5000)
    await until(() => begun.request.complete)
    await answer(begun)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a connection that was to end with its answer', () => {
  const headOf = ({ told }: Begun) => told().split('\r\n\r\n')[0] ?? ''

  it('stays open until its body has come, though it was answered', async () => {
    const begun = await begin('Connection: close\r\n')
    await answer(begun)
    await send(begun, 4999)
    expect(begun.socket.readableEnded).toBe(false)
    await send(begun, 1)
    await until(() => begun.socket.readableEnded)
    expect(begun.told()).toMatch(/answer$/)
  })

  it('ends with the answer when the body had come before', async () => {
    const begun = await begin('Connection: close\r\n')
    await send(begun, 5000)
    await until(() => begun.request.readableEnded)
    await answer(begun)
    expect(headOf(begun)).toMatch(/\r\nConnection: close/i)
    await until(() => begun.socket.readableEnded)
  })

  it('ends after the whole answer when the body comes while it is being sent', async () => {
    const begun = await begin('Connection: close\r\n')
    begun.response.write('one part and ')
    await until(() => begun.told().includes('one part'))
    await send(begun, 5000)
    await until(() => begun.request.readableEnded)
    expect(begun.socket.readableEnded).toBe(false)
    begun.response.end('the answer')
    await until(() => begun.socket.readableEnded)
    expect(begun.told()).toContain('the answer')
  })
})

it('a connection that goes on does so after the body', async () => {
  const begun = await begin()
  await answer(begun)
  await send(begun, 1000)
  await send(begun, 4000)
  await until(() => begun.request.readableEnded)
  await nextTurn()
  expect([begun.request.socket.destroyed, begun.request.socket.writableEnded]).toEqual([false, false])
})
