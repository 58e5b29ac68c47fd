import { once } from 'node:events'
import { request, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { internet } from '#src/push/push-reach.js'
import { PushSender } from '#src/push/push-sender.js'
import { createTunnel } from '#src/push/tunnel.js'
import { PushService } from '../support/push/push-service.js'

const keys = {
  publicKey: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
}
const hosts = ['push.test']

let service: PushService
beforeAll(async () => {
  service = await PushService.start()
})
afterAll(() => service.stop())

/** Starts a tunnel, and returns where it is. */
async function open(tunnel: Server): Promise<URL> {
  tunnel.listen(0, '127.0.0.1')
  await once(tunnel, 'listening')
  onTestFinished(() => {
    tunnel.close()
    tunnel.closeAllConnections()
  })
  const address = tunnel.address()
  if (address === null || typeof address === 'string') throw new Error('The tunnel does not listen')
  return new URL(`http://127.0.0.1:${address.port}`)
}

/** The status with which a proxy answers CONNECT. */
async function statusFor(proxy: URL, target: string): Promise<number | undefined> {
  const asked = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: target, agent: false }).end()
  const [response, socket] = await once(asked, 'connect')
  socket.destroy()
  return response.statusCode
}

function senderBy(proxy: URL): PushSender {
  // What the tunnel reaches is the tunnel's: the chat itself has no name server.
  const reach = { ...service.reach, resolve: async () => [] }
  const sender = new PushSender({
    contact: 'mailto:a@example.com',
    keys,
    hosts: ['push.test', 'other.test'],
    proxy,
    reach,
  })
  onTestFinished(() => sender.stop())
  return sender
}

const deviceAt = (host: string) => ({ id: 'device', ...service.subscribe(host) })

describe('the tunnel', () => {
  it('lets a push out that it cannot read', async () => {
    const proxy = await open(createTunnel(hosts, service.reach))
    const device = deviceAt('push.test')
    expect(await senderBy(proxy).send(device, 60)).toMatchObject({ verdict: 'told', why: '201' })
    const [push] = service.pushes
    expect(device.browser.decrypt(push?.body ?? Buffer.alloc(0))).toBe('message')
  })

  it('lets out to known hosts alone, on their port', async () => {
    const proxy = await open(createTunnel(hosts, service.reach))
    expect(await senderBy(proxy).send(deviceAt('other.test'), 60)).toMatchObject({
      verdict: 'failed',
      why: 'proxy_refused',
    })
    const targets = [
      'other.test:443',
      'push.test:80',
      'push.test',
      '127.0.0.1:443',
      'push.test:443/x',
      'a@push.test:443',
    ]
    for (const target of targets) expect([target, await statusFor(proxy, target)]).toEqual([target, 403])
    expect(await statusFor(proxy, 'push.test:443')).toBe(200)
  })

  it('lets nobody into the networks around it', async () => {
    const reach = { ...internet, port: service.reach.port, resolve: async () => ['127.0.0.1', '10.0.0.1'] }
    const proxy = await open(createTunnel(['push.test', '127.0.0.1'], reach))
    expect(await statusFor(proxy, 'push.test:443')).toBe(502)
    expect(await statusFor(proxy, '127.0.0.1:443')).toBe(403)
  })

  it('keeps no connection open for longer than a push takes', async () => {
    const proxy = await open(createTunnel(hosts, service.reach, 500))
    const path = 'push.test:443'
    const asked = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path, agent: false }).end()
    const [{ statusCode }, socket] = await once(asked, 'connect')
    expect(statusCode).toBe(200)
    await once(socket.resume(), 'close')
  })

  it('answers no other request, and outlives clients that break off', async () => {
    const proxy = await open(createTunnel(hosts, service.reach))
    expect((await fetch(proxy)).status).toBe(405)
    for (let times = 0; times < 20; times += 1) {
      const socket = connect(Number(proxy.port), proxy.hostname)
      socket.write('CONNECT push.test:443 HTTP/1.1\r\nhost: push.test:443\r\n\r\n')
      if (times % 2 === 0) await once(socket, 'data')
      socket.resetAndDestroy()
    }
    expect(await statusFor(proxy, 'push.test:443')).toBe(200)
  })
})
