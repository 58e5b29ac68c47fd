import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { asRefusal, HandshakeRefusal, refuseUpgrade } from '#src/live/transport/handshake-refusal.js'

describe('a refused handshake', () => {
  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [503, 'rate_limited'],
    [418, 'other'],
  ])('with %i has the reason %s', (status, reason) => {
    const refusal = new HandshakeRefusal(status, 4404)
    expect([refusal.reason, refusal.message, refusal.farewell]).toEqual([reason, `refused with ${status}`, ''])
  })

  it('is told from a fault of ours, which is thrown on', () => {
    const [refusal, fault] = [new HandshakeRefusal(401, 4401, 'bye'), new Error('a fault')]
    expect(asRefusal(refusal)).toBe(refusal)
    expect(() => asRefusal(fault)).toThrow(fault)
  })

  it('answers with its status, and leaves no half of the socket open', async () => {
    let written = ''
    const socket = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        written += String(chunk)
        done()
      },
    })
    refuseUpgrade(socket, 503)
    await once(socket, 'close')
    expect(written).toBe('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    expect(socket.destroyed).toBe(true)
  })
})
