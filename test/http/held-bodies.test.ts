// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { request as beginRequest, type ClientRequest } from 'node:http'
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { HeldBodies } from '#src/http/held-bodies.js'
import { rawConnection } from '../support/raw-request.js'
import { serveApp } from '../support/served-app.js'

/** Begins requests, each on its own connection: those of one name are of one person, those without one of strangers. */
async function requestsOf(...names: (string | null)[]): Promise<Request[]> {
  const arrived: Request[] = []
  const app = express().use(request => {
    const id = request.get('x-name') ?? ''
    const person = { username: 'x', email: 'x', passwordHash: '', createdAt: 1 }
    request.account = id === '' ? null : newAccount({ id, ...person })
    arrived.push(request)
  })
  const url = await serveApp(app)
  for (const [index, name] of names.entries()) {
    const begun = beginRequest(url, { method: 'POST', agent: false, headers: name === null ? {} : { 'x-name': name } })
    begun.on('error', () => {})
    begun.flushHeaders()
    await vi.waitFor(() => expect(arrived).toHaveLength(index + 1), { interval: 2, timeout: 15_000 })
  }
  return arrived
}

/** For each request, whether its connection was closed. */
const closed = (requests: readonly Request[]) => requests.map(({ socket }) => socket.destroyed)

/** When the client of a request has gone. */
const goneOf = (request: Request) => new Promise<void>(resolve => void request.once('close', resolve))

function holding(each: number, all: number) {
  const onGivenWay = vi.fn()
  return { bodies: new HeldBodies(onGivenWay, { each, all }), onGivenWay }
}

describe('the bodies of one owner', () => {
  it('may reach its limit to the byte', async () => {
    const { bodies, onGivenWay } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ann')
    for (const request of requests) bodies.hold(request, 500)
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[false, false], 0])
  })

  it('lose the oldest, and it alone, with the first byte over it', async () => {
    const { bodies, onGivenWay } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ann', 'ann')
    const [first, second, third] = requests
    if (!first || !second || !third) throw new Error('too few requests')
    bodies.hold(first, 300)
    bodies.hold(second, 300)
    // More of a body does not make it the newest.
    bodies.hold(first, 200)
    bodies.hold(third, 201)
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[true, false, false], 1])
  })

  it('lose as many as needed, in the end the one that is too long by itself', async () => {
    const { bodies, onGivenWay } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ann', 'ann')
    for (const [index, request] of requests.entries()) bodies.hold(request, [400, 400, 1001][index] ?? 0)
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[true, true, true], 3])
  })

  it('count each part as 128 bytes at least', async () => {
    const { bodies } = holding(256, 9000)
    const [first, second] = await requestsOf('ann', 'ann')
    if (!first || !second) throw new Error('too few requests')
    bodies.hold(first, 1)
    bodies.hold(second, 128)
    expect(closed([first, second])).toEqual([false, false])
    bodies.hold(second, 1)
    expect(closed([first, second])).toEqual([true, false])
  })

  it('count a longer part as it is', async () => {
    const { bodies } = holding(256, 9000)
    const requests = await requestsOf('ann', 'ann')
    bodies.hold(requests[0] ?? expect.fail(), 128)
    bodies.hold(requests[1] ?? expect.fail(), 129)
    expect(closed(requests)).toEqual([true, false])
  })

  it('are not counted with those of another', async () => {
    const { bodies } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ben', null)
    for (const request of requests) bodies.hold(request, 1000)
    expect(closed(requests)).toEqual([false, false, false])
  })

  it('of strangers are of one owner', async () => {
    const { bodies } = holding(1000, 9000)
    const requests = await requestsOf(null, null)
    for (const request of requests) bodies.hold(request, 1000)
    expect(closed(requests)).toEqual([true, false])
  })
})

describe('the bodies of all together', () => {
  it('may reach their limit to the byte', async () => {
    const { bodies } = holding(1000, 2000)
    const requests = await requestsOf('ann', 'ben', 'cho')
    for (const [index, request] of requests.entries()) bodies.hold(request, [800, 800, 400][index] ?? 0)
    expect(closed(requests)).toEqual([false, false, false])
  })

  it('lose the oldest of who holds most, not of who was first or came last', async () => {
    const { bodies, onGivenWay } = holding(1000, 1800)
    const requests = await requestsOf('ann', 'ben', 'ben', 'cho')
    for (const [index, request] of requests.entries()) bodies.hold(request, [500, 400, 400, 501][index] ?? 0)
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[false, true, false, false], 1])
  })

  it('lose that of who adds when nobody holds more', async () => {
    const { bodies } = holding(1000, 999)
    const requests = await requestsOf('ann', 'ben')
    for (const request of requests) bodies.hold(request, 500)
    expect(closed(requests)).toEqual([false, true])
  })
})

describe('a body that is released', () => {
  it('counts no more, for its owner and for all', async () => {
    const { bodies, onGivenWay } = holding(1000, 1000)
    const requests = await requestsOf('ann', 'ann', 'ben')
    for (const request of requests) {
      bodies.hold(request, 1000)
      bodies.release(request)
      bodies.release(request)
    }
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[false, false, false], 0])
  })

  it('in part leaves the rest counted', async () => {
    const { bodies } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ann')
    const [first, second] = requests
    if (!first || !second) throw new Error('too few requests')
    bodies.hold(first, 600)
    bodies.release(first, 200)
    bodies.hold(second, 600)
    expect(closed(requests)).toEqual([false, false])
    bodies.hold(second, 128)
    expect(closed(requests)).toEqual([true, false])
  })

  it('by more than it has leaves the others counted', async () => {
    const { bodies } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ann', 'ann')
    const [first, second, third] = requests
    if (!first || !second || !third) throw new Error('too few requests')
    bodies.hold(first, 500)
    bodies.hold(second, 500)
    bodies.release(first, 5000)
    bodies.hold(third, 501)
    expect(closed(requests)).toEqual([false, true, false])
  })

  it('that was never held changes nothing', async () => {
    const { bodies } = holding(1000, 9000)
    const requests = await requestsOf('ann', 'ann')
    bodies.hold(requests[0] ?? expect.fail(), 1000)
    bodies.release(requests[1] ?? expect.fail())
    bodies.hold(requests[1] ?? expect.fail(), 128)
    expect(closed(requests)).toEqual([true, false])
  })
})

describe('the limits', () => {
  it('of strangers are 4 MiB together', async () => {
    const onGivenWay = vi.fn()
    const bodies = HeldBodies.ofStrangers(onGivenWay)
    const requests = await requestsOf(null, null)
    bodies.hold(requests[0] ?? expect.fail(), 4_194_304 - 128)
    bodies.hold(requests[1] ?? expect.fail(), 128)
    expect(onGivenWay).not.toHaveBeenCalled()
    bodies.hold(requests[1] ?? expect.fail(), 1)
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[true, false], 1])
  })

  it('of a member are four of the longest forms', async () => {
    const onGivenWay = vi.fn()
    const bodies = HeldBodies.ofMembers(onGivenWay, 1000)
    const requests = await requestsOf('ann', 'ann')
    for (const request of requests) bodies.hold(request, 2000)
    expect(onGivenWay).not.toHaveBeenCalled()
    bodies.hold(requests[1] ?? expect.fail(), 1)
    expect([closed(requests), onGivenWay.mock.calls.length]).toEqual([[true, false], 1])
  })

  it.each([
    ['32 MiB together', 1_048_576, 8],
    ['twice what one may hold, if forms are so long', 12_000_000, 2],
  ])('of members are %s', async (_what, formLimit, members) => {
    const onGivenWay = vi.fn()
    const bodies = HeldBodies.ofMembers(onGivenWay, formLimit)
    const requests = await requestsOf(...Array.from({ length: members + 1 }, (_, index) => `member-${index}`))
    for (const request of requests.slice(0, -1)) bodies.hold(request, 4 * formLimit)
    expect(onGivenWay).not.toHaveBeenCalled()
    bodies.hold(requests.at(-1) ?? expect.fail(), 1)
    expect(closed(requests)).toEqual([true, ...requests.slice(1).map(() => false)])
  })
})

describe('a body that is read', () => {
  /** An app that reads bodies of at most ten bytes, and answers with the code of a refusal, or else what it read. */
  async function reading(bodies: HeldBodies, parse: RequestHandler = express.text({ type: () => true, limit: 10 })) {
    const seen: Request[] = []
    const note: RequestHandler = (request, _response, next) => {
      request.account = null
      seen.push(request)
      next()
    }
    const outcomes: unknown[] = []
    const answer: RequestHandler = (request, response) => {
      outcomes.push(request.body)
      response.end()
    }
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
      outcomes.push(error.code ?? error.message)
      response.end()
    }
    const url = await serveApp(express().use(note, bodies.reader(parse, 10), answer, refuse))
    const begin = (headers: Record<string, string> = {}): ClientRequest => {
      const begun = beginRequest(url, { method: 'POST', agent: false, headers })
      begun.on('error', () => {})
      onTestFinished(() => void begun.destroy())
      return begun
    }
    return { url, seen, outcomes, begin }
  }

  it('arrives when it is as long as the limit', async () => {
    const { url, outcomes } = await reading(holding(1000, 1000).bodies)
    await fetch(url, { method: 'POST', body: 'ten bytes!' })
    expect(outcomes).toEqual(['ten bytes!'])
  })

  it('is refused by its length before it has come', async () => {
    const { begin, outcomes } = await reading(holding(1000, 1000).bodies)
    const begun = begin({ 'content-length': '11' })
    begun.flushHeaders()
    await once(begun, 'response')
    expect(outcomes).toEqual(['payload_too_large'])
  })

  it('is refused by what has come, and counts no more, whatever still comes', async () => {
    const { bodies, onGivenWay } = holding(300, 300)
    const { url, seen, outcomes } = await reading(bodies, () => {})
    const socket = await rawConnection(url)
    onTestFinished(() => void socket.destroy())
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\na\r\nten bytes!\r\n')
    await vi.waitFor(() => expect(seen).toHaveLength(1), 15_000)
    expect(outcomes).toEqual([])
    socket.write('1\r\n!\r\n')
    await once(socket, 'data')
    expect(outcomes).toEqual(['payload_too_large'])
    for (let count = 0; count < 4; count += 1) {
      const before = seen[0]?.socket.bytesRead ?? 0
      socket.write('4\r\nmore\r\n')
      await vi.waitFor(() => expect(seen[0]?.socket.bytesRead).toBe(before + 9), { interval: 2, timeout: 15_000 })
    }
    expect(onGivenWay).not.toHaveBeenCalled()
  })

  it('counts while it comes, and gives way with its connection', async () => {
    const { bodies, onGivenWay } = holding(200, 200)
    const { begin } = await reading(bodies)
    const [first, second] = [begin(), begin()]
    const cut = once(first, 'error')
    first.write('a')
    await once(first, 'socket')
    await vi.waitFor(() => {
      second.write('b')
      expect(onGivenWay).toHaveBeenCalled()
    })
    await cut
  })

  it('counts no more once it is read', async () => {
    const { bodies, onGivenWay } = holding(200, 200)
    const { url, outcomes } = await reading(bodies)
    for (let count = 0; count < 3; count += 1) await fetch(url, { method: 'POST', body: 'body' })
    expect([outcomes, onGivenWay.mock.calls.length]).toEqual([['body', 'body', 'body'], 0])
  })

  it('counts no more once its client has gone, though nobody says that it was read', async () => {
    const { bodies, onGivenWay } = holding(200, 200)
    const { begin, seen } = await reading(bodies, () => {})
    for (let count = 0; count < 3; count += 1) {
      const begun = begin()
      begun.write('body')
      await vi.waitFor(() => expect(seen).toHaveLength(count + 1), 15_000)
      await new Promise(resolve => setImmediate(resolve))
      const request = seen[count] ?? expect.fail()
      const gone = goneOf(request)
      begun.destroy()
      await gone
    }
    expect(onGivenWay).not.toHaveBeenCalled()
  })

  it('is answered once, with the first that is said of it', async () => {
    const { url, outcomes } = await reading(holding(1000, 1000).bodies, (_request, _response, next) => {
      next(new Error('first'))
      next(new Error('second'))
    })
    await fetch(url, { method: 'POST', body: 'body' })
    expect(outcomes).toEqual(['first'])
  })

  it('is answered to nobody when its client has gone', async () => {
    const { begin, seen, outcomes } = await reading(holding(1000, 1000).bodies, (request, _response, next) => {
      request.once('close', () => next(new Error('aborted')))
    })
    const begun = begin()
    begun.write('body')
    await vi.waitFor(() => expect(seen).toHaveLength(1), 15_000)
    const gone = goneOf(seen[0] ?? expect.fail())
    begun.destroy()
    await gone
    expect(outcomes).toEqual([])
  })
})
