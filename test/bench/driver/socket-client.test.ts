import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { SocketClient } from '../../../bench/driver/socket-client.mjs'

describe('the socket of the bench', () => {
  const http = createServer()
  const server = new WebSocketServer({ server: http })
  let url = new URL('http://localhost')
  let other: WebSocket

  beforeEach(async () => {
    if (!http.listening) await once(http.listen(0, '127.0.0.1'), 'listening')
    const { port } = http.address() satisfies AddressInfo | string | null as AddressInfo
    url = new URL(`http://127.0.0.1:${port}/`)
  })
  afterEach(() => other?.terminate())

  /** Opens a socket; `texts` grows with what it hears. */
  async function open() {
    const arrived = once(server, 'connection')
    const client = await SocketClient.open(url)
    const texts: { text: string; bytes: number }[] = []
    client.onText = (text: string, bytes: number) => texts.push({ text, bytes })
    ;[other] = await arrived
    return { client, texts }
  }

  it('hears texts of every length, also those that come in parts', async () => {
    const { texts } = await open()
    const lengths = [1, 125, 126, 65_535, 65_536, 200_000]
    for (const length of lengths) other.send('x'.repeat(length))
    other.send('a', { fin: false })
    other.send('b', { fin: true })
    await expect.poll(() => texts.length).toBe(lengths.length + 1)
    expect(texts.map(({ bytes }) => bytes)).toEqual([...lengths, 2])
    expect(texts.at(-1)?.text).toBe('ab')
  })

  it('hears what comes right behind the handshake', async () => {
    server.once('connection', socket => socket.send('at once'))
    const { texts } = await open()
    await expect.poll(() => texts.map(({ text }) => text)).toEqual(['at once'])
  })

  it('sends texts that a server understands, and says how long they are in bytes', async () => {
    const { client } = await open()
    const heard: string[] = []
    other.on('message', data => heard.push(data.toString()))
    const texts = ['short', 'ä'.repeat(300)]
    expect(texts.map(text => client.send(text))).toEqual([5, 600])
    await expect.poll(() => heard).toEqual(texts)
  })

  it('answers a ping', async () => {
    await open()
    const ponged = once(other, 'pong')
    other.ping('are you there')
    expect(String((await ponged)[0])).toBe('are you there')
  })

  it('tells with which code it was closed', async () => {
    const { client } = await open()
    const closed = new Promise(resolve => {
      client.onClose = resolve
    })
    other.close(4404)
    // It is no client that closes politely.
    setTimeout(() => other.terminate(), 20)
    expect(await closed).toBe(4404)
  })

  it('throws if the handshake is refused', async () => {
    server.options.verifyClient = (_info, done) => done(false, 401)
    await expect(SocketClient.open(url)).rejects.toThrow('401')
    delete server.options.verifyClient
  })
})
