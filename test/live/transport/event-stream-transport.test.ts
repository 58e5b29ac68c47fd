// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeCodes } from '#src/live/client/close-codes.js'
import { EventStreamTransport } from '#src/live/transport/event-stream-transport.js'
import { partLength } from '#src/text-parts.js'
import { FakeClock } from '../../support/fake-clock.js'

const shareSizes: number[] = []
const share = { set: (bytes: number) => void shareSizes.push(bytes), end: () => {} }

let server: Server
let clock: FakeClock
let response: ServerResponse
let answer: IncomingMessage
let transport: EventStreamTransport
let told = ''
let closed: Promise<unknown>

beforeEach(async () => {
  clock = new FakeClock()
  shareSizes.length = 0
  told = ''
  server = createServer((_request, arrived) => {
    response = arrived
    transport = new EventStreamTransport(response, clock, share)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  const asked = get({ port: address.port, host: '127.0.0.1', agent: false })
  const answered: Promise<IncomingMessage[]> = once(asked, 'response')
  const [first] = await answered
  if (!first) throw new Error('No answer came')
  answer = first
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    told += text
  })
  answer.on('error', () => {})
  closed = new Promise(resolve => answer.once('close', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** What the other end was told once the stream is over. */
async function allTold(): Promise<string> {
  await closed
  return told
}

describe('the head of a stream', () => {
  it('comes at once, and lets nothing on its way hold events back or keep them', () => {
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
  })
})

describe('a text', () => {
  it('is an event, whose id is the state that it leads to where that is known', async () => {
    transport.write('one', 'r1:5')
    transport.write('two')
    response.end()
    expect(await allTold()).toBe('id: r1:5\ndata: one\n\ndata: two\n\n')
  })

  it('has each of its lines marked as data, and is torn at nothing else', async () => {
    transport.write('a\nb\rc\r\nd\u2028e\u2029f\n\n')
    response.end()
    expect(await allTold()).toBe('data: a\ndata: b\ndata: c\ndata: d\u2028e\u2029f\ndata: \ndata: \n\n')
  })

  it('that keeps connections alive is an event of the script alone', async () => {
    transport.write('{}')
    transport.write('{ }')
    response.end()
    expect(await allTold()).toBe('event: connection:beat\ndata:\n\ndata: { }\n\n')
  })

  it('that catches up comes whole as one event, however many parts it has', async () => {
    const long = `${'x'.repeat(partLength - 1)}\r\n{}`
    transport.catchUp(long, 'r1:5')
    expect([transport.isBusy, shareSizes[0]]).toEqual([true, response.writableLength + long.length])
    await transport.taken()
    expect(transport.isBusy).toBe(false)
    response.end()
    expect(await allTold()).toBe(`id: r1:5\ndata: ${'x'.repeat(partLength - 1)}\ndata: {}\n\n`)
  })

  it('of which the last part alone reads like a sign of life is no sign of life', async () => {
    transport.catchUp(`${'x'.repeat(partLength)}{}`)
    await transport.taken()
    response.end()
    expect(await allTold()).toBe(`data: ${'x'.repeat(partLength)}{}\n\n`)
  })

  it('is not written to a stream that has ended', async () => {
    const errors: Error[] = []
    response.on('error', error => errors.push(error))
    response.end()
    transport.write('late')
    transport.catchUp('late')
    expect(await allTold()).toBe('')
    transport.write('later')
    expect([errors, told]).toEqual([[], ''])
  })
})

describe('the end of a stream', () => {
  it.each([
    [closeCodes.notLoggedIn, 'connection:close'],
    [closeCodes.noSuchRoom, 'connection:close'],
    [closeCodes.restarting, 'connection:away'],
    [closeCodes.tooBusy, 'connection:away'],
  ])('for %d is said by an event %s, after all that was written', async (code, name) => {
    transport.write('before')
    transport.close(code)
    transport.close(closeCodes.internalError)
    expect(await allTold()).toBe(`data: before\n\nevent: ${name}\ndata: ${code}\n\n`)
    expect(clock.waiting).toBe(0)
  })

  it('is forced after two seconds where the other end does not read to it', async () => {
    answer.pause()
    response.write('x'.repeat(8_388_608))
    const isCut = () => response.req.socket.destroyed
    transport.close(closeCodes.notLoggedIn)
    await clock.advance(1999)
    expect(isCut()).toBe(false)
    await clock.advance(1)
    expect(isCut()).toBe(true)
  })

  it('within a catch-up is a cut, since words would become a part of it', async () => {
    answer.pause()
    transport.catchUp('x'.repeat(partLength + 1))
    transport.close(closeCodes.notLoggedIn)
    expect([response.destroyed, response.writableEnded]).toEqual([true, false])
    await allTold()
    expect(clock.waiting).toBe(0)
  })

  it('by a cut ends the answer and its connection, says nothing, and is told', async () => {
    const tellings: string[] = []
    transport.whenClosed(() => tellings.push('closed'))
    expect(tellings).toEqual([])
    transport.cut()
    expect([response.destroyed, response.req.socket.destroyed]).toEqual([true, true])
    transport.close(closeCodes.notLoggedIn)
    transport.write('late')
    expect(await allTold()).toBe('')
    expect(tellings).toEqual(['closed'])
  })

  it('by a cut ends the connection though the answer waits behind another on it', async () => {
    server.removeAllListeners('request')
    const responses: ServerResponse[] = []
    server.on('request', (_request, arrived) => responses.push(arrived))
    const address = server.address()
    const peer = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
    peer.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2))
    while (responses.length < 2) await clock.advance(0)
    const [, queued] = responses
    if (!queued) throw new Error('Two requests came')
    new EventStreamTransport(queued, clock).cut()
    await once(peer, 'close')
  })

  it('leaves no timer of what was too much to be taken', async () => {
    answer.pause()
    while (clock.waiting === 0) {
      transport.write('x'.repeat(262_144))
      await clock.advance(0)
    }
    answer.destroy()
    await once(response, 'close')
    expect(clock.waiting).toBe(0)
  })

  it('ends what waits for a catch-up, and leaves no timer', async () => {
    answer.pause()
    transport.catchUp('x'.repeat(33_554_432))
    const wait = transport.taken()
    answer.destroy()
    await wait
    expect(clock.waiting).toBe(0)
  })
})

describe('a reader that takes nothing', () => {
  it('for more than a second is cut when something expires', async () => {
    answer.pause()
    while (response.writableLength === 0) {
      transport.write('x'.repeat(262_144))
      await clock.advance(0)
    }
    transport.cutIfStalled()
    expect(response.destroyed).toBe(false)
    await clock.advance(1001)
    transport.cutIfStalled()
    expect(response.destroyed).toBe(true)
  })
})
