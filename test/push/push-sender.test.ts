// Long because every way in which a push service answers stands here.
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { internet } from '#src/push/push-reach.js'
import { PushSender, type PushSenderOptions } from '#src/push/push-sender.js'
import { PushBrowser } from '../support/push/push-browser.js'
import { type Answering, PushService, verifyToken } from '../support/push/push-service.js'

// Source: RFC 8291, appendix A.
const keys = {
  publicKey: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
}
const contact = 'mailto:operator@example.com'

let service: PushService
beforeAll(async () => {
  service = await PushService.start()
})
afterEach(() => {
  service.pushes.length = 0
  service.connections = 0
  service.answering = (_push, response) => response.writeHead(201).end()
})
afterAll(() => service.stop())

function senderWith(changes: Partial<PushSenderOptions> = {}): PushSender {
  const hosts = ['push.test', '*.push.test']
  const sender = new PushSender({ contact, keys, hosts, proxy: null, reach: service.reach, ...changes })
  onTestFinished(() => sender.stop())
  return sender
}

/** A device of a browser that has subscribed. */
function deviceOf({ endpoint, p256dh, auth } = service.subscribe()) {
  return { id: 'device', endpoint, p256dh, auth }
}

describe('a push', () => {
  it('is one word that only the browser can read, the same for all', async () => {
    const sender = senderWith()
    const [one, other] = [service.subscribe(), service.subscribe()]
    for (const each of [one, other]) {
      expect(await sender.send(deviceOf(each), 60)).toMatchObject({ verdict: 'told', why: '201' })
    }
    const [first, second] = service.pushes
    if (first === undefined || second === undefined) throw new Error('Nothing was taken')
    expect([one.browser.decrypt(first.body), other.browser.decrypt(second.body)]).toEqual(['message', 'message'])
    expect(() => other.browser.decrypt(first.body)).toThrow()
    expect(first.body.includes('message')).toBe(false)
    expect(first.body.length).toBe(second.body.length)
  })

  it('goes to the endpoint, says how long it may be held, and takes the place of older ones', async () => {
    const subscribed = service.subscribe()
    await senderWith().send(deviceOf({ ...subscribed, endpoint: `${subscribed.endpoint}?token=a%2Fb` }), 42)
    const [push] = service.pushes
    expect(push?.path).toMatch(/^\/of\/\d+\?token=a%2Fb$/)
    expect(push?.headers).toMatchObject({
      host: 'push.test',
      ttl: '42',
      topic: 'chat',
      urgency: 'normal',
      'content-encoding': 'aes128gcm',
      'content-length': String(push?.body.length),
    })
  })

  it('is signed with the key of the server, for that push service, and says how to reach the operator', async () => {
    await senderWith().send(deviceOf(), 60)
    const [push] = service.pushes
    if (push === undefined) throw new Error('Nothing was taken')
    const { said, publicKey } = await verifyToken(push, 'https://push.test')
    expect(publicKey).toBe(keys.publicKey)
    expect(said.sub).toBe(contact)
    // Source: RFC 8292, section 2: no more than a day.
    expect((said.exp ?? Number.POSITIVE_INFINITY) * 1000 - Date.now()).toBeLessThan(86_400_000)
    await expect(verifyToken(push, 'https://other.test')).rejects.toMatchObject({
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    })
  })

  it('holds nothing of who is told or of what', async () => {
    await senderWith().send({ ...deviceOf(), id: 'PLANTED' }, 60)
    const [push] = service.pushes
    expect(`${push?.path}${JSON.stringify(push?.headers)}${push?.body.toString('latin1')}`).not.toContain('PLANTED')
    expect(Object.keys(push?.headers ?? {}).sort()).toEqual(
      [
        ...['authorization', 'connection', 'content-encoding', 'content-length', 'content-type', 'host'],
        ...['topic', 'ttl', 'urgency'],
      ].sort(),
    )
  })

  it('is decrypted by these tests as RFC 8291 has it', () => {
    // Source: RFC 8291, appendix A.
    const browser = new PushBrowser({
      privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    })
    const body =
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN'
    expect(browser.decrypt(Buffer.from(body, 'base64url'))).toBe('When I grow up, I want to be a watermelon')
  })
})

describe('an answer', () => {
  const answers = (status: number, headers: Record<string, string> = {}): Answering => {
    return (_push, response) => response.writeHead(status, headers).end('a reason that nobody reads')
  }

  it.each([
    [200, 'told'],
    [201, 'told'],
    [202, 'told'],
    [204, 'told'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'gone'],
    [410, 'gone'],
    [413, 'refused'],
    [429, 'busy'],
    [500, 'failed'],
    [503, 'failed'],
  ])('of %i means: %s', async (status, verdict) => {
    service.answering = answers(status)
    expect(await senderWith().send(deviceOf(), 60)).toEqual({ verdict, why: String(status), retryAfterMs: 0 })
  })

  it.each([429, 503])('of %i may say when to try again', async status => {
    service.answering = answers(status, { 'retry-after': '90' })
    expect(await senderWith().send(deviceOf(), 60)).toMatchObject({ retryAfterMs: 90_000 })
    service.answering = answers(status, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })
    const { retryAfterMs } = await senderWith().send(deviceOf(), 60)
    expect(retryAfterMs).toBeGreaterThan(50_000)
    expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    service.answering = answers(status, { 'retry-after': 'soon' })
    expect(await senderWith().send(deviceOf(), 60)).toMatchObject({ retryAfterMs: 0 })
  })

  it.each([301, 302, 307, 308])('of %i leads nowhere', async status => {
    service.answering = answers(status, { location: 'https://other.push.test/elsewhere' })
    expect(await senderWith().send(deviceOf(), 60)).toMatchObject({ verdict: 'refused', why: String(status) })
    expect([service.pushes.length, service.connections]).toEqual([1, 1])
  })

  it('that is huge is not read to its end', async () => {
    let sent = 0
    service.answering = (_push, response) => {
      response.writeHead(201)
      const chunk = Buffer.alloc(65_536, 'x')
      const write = () => {
        sent += chunk.length
        if (!response.destroyed) response.write(chunk, write)
      }
      write()
    }
    expect(await senderWith().send(deviceOf(), 60)).toMatchObject({ verdict: 'told' })
    // What fits into the buffers of a connection, where nobody reads.
    expect(sent).toBeLessThan(20_000_000)
  })

  it('with huge headers is none', async () => {
    service.answering = answers(201, { 'x-huge': 'x'.repeat(12_000) })
    expect(await senderWith().send(deviceOf(), 60)).toMatchObject({ verdict: 'failed', why: 'HPE_HEADER_OVERFLOW' })
  })

  it('that does not come is not waited for', async () => {
    service.answering = () => {}
    expect(await senderWith({ timeoutMs: 100 }).send(deviceOf(), 60)).toMatchObject({
      verdict: 'failed',
      why: 'ABORT_ERR',
    })
  })

  it('that switches to another protocol is none', async () => {
    service.answering = (_push, response) => {
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: none\r\n\r\n')
    }
    expect(await senderWith().send(deviceOf(), 60)).toMatchObject({ verdict: 'failed', why: 'no_answer' })
  })

  it('that only announces itself, again and again, is not waited for', async () => {
    service.answering = (_push, response) => {
      const { socket } = response
      const announce = () => {
        if (socket && !socket.destroyed) socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000), announce)
      }
      announce()
    }
    expect(await senderWith({ timeoutMs: 300 }).send(deviceOf(), 60)).toMatchObject({
      verdict: 'failed',
      why: 'ABORT_ERR',
    })
  })

  it('that comes a byte at a time counts by its status, and is not waited for', async () => {
    service.answering = (_push, response) => {
      response.writeHead(201)
      const drip = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(drip))
    }
    expect(await senderWith({ timeoutMs: 2000 }).send(deviceOf(), 60)).toMatchObject({ verdict: 'told', why: '201' })
  })

  it('that is not by TLS that is trusted is none', async () => {
    const reach = { ...service.reach, ca: null }
    expect(await senderWith({ reach }).send(deviceOf(), 60)).toMatchObject({
      verdict: 'failed',
      why: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(service.pushes).toEqual([])
  })

  it('of another name than the endpoint has is none', async () => {
    const sender = senderWith({ hosts: ['elsewhere.test'] })
    expect(await sender.send(deviceOf(service.subscribe('elsewhere.test')), 60)).toMatchObject({
      verdict: 'failed',
      why: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(service.pushes).toEqual([])
  })
})

describe('an endpoint', () => {
  it.each([
    ['loopback', ['127.0.0.1']],
    ['loopback in IPv6', ['::1']],
    ['a private network', ['10.1.2.3']],
    ['a link-local address', ['169.254.169.254']],
    ['a unique-local address', ['fd00::1']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['several of them', ['192.168.0.1', '::1']],
  ])('whose name resolves to %s is not connected to', async (_what, addresses) => {
    const reach = { ...internet, port: service.reach.port, resolve: async () => addresses }
    expect(await senderWith({ reach }).send(deviceOf(), 60)).toEqual({
      verdict: 'refused',
      why: 'address_refused',
      retryAfterMs: 0,
    })
    expect(service.connections).toBe(0)
  })

  it('whose name resolves to private addresses beside others is connected to by the others alone', async () => {
    const resolve = async () => ['127.0.0.2', '127.0.0.1', '::1']
    await senderWith({ reach: { ...service.reach, resolve } }).send(deviceOf(), 60)
    expect(service.pushes).toHaveLength(1)
  })

  it('whose name changes its address after it was checked (rebinding) is resolved once for each connection', async () => {
    const resolve = vi.fn<() => Promise<readonly string[]>>()
    resolve.mockResolvedValueOnce(['127.0.0.1']).mockResolvedValue(['10.0.0.1'])
    const sender = senderWith({ reach: { ...service.reach, resolve } })
    expect(await sender.send(deviceOf(), 60)).toMatchObject({ verdict: 'told' })
    expect(resolve).toHaveBeenCalledTimes(1)
    expect(await sender.send(deviceOf(), 60)).toMatchObject({ verdict: 'refused', why: 'address_refused' })
  })

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1'])(
    'with the address %s is not connected to, though PUSH_HOSTS has it',
    async host => {
      const { hostname } = new URL(`https://${host}`)
      const reach = { ...internet, port: service.reach.port }
      const sender = senderWith({ reach, hosts: [hostname] })
      expect(await sender.send(deviceOf(service.subscribe(host)), 60)).toMatchObject({
        verdict: 'refused',
        why: 'address_refused',
      })
      expect(service.connections).toBe(0)
    },
  )

  it('whose name has no address may have one later', async () => {
    const reach = { ...service.reach, resolve: async () => [] }
    expect(await senderWith({ reach }).send(deviceOf(), 60)).toMatchObject({ verdict: 'failed', why: 'name_unknown' })
  })

  it('of a host that the settings no longer have is not connected to', async () => {
    const sender = senderWith({ hosts: ['*.push.test'] })
    expect(await sender.send(deviceOf(), 60)).toMatchObject({ verdict: 'refused', why: 'endpoint' })
    expect(await sender.send(deviceOf(service.subscribe('a.push.test')), 60)).toMatchObject({ verdict: 'told' })
  })

  it('with keys for which nothing can be encrypted is not connected to', async () => {
    expect(await senderWith().send({ ...deviceOf(), p256dh: 'none' }, 60)).toMatchObject({
      verdict: 'refused',
      why: 'keys',
    })
    expect(service.connections).toBe(0)
  })
})
