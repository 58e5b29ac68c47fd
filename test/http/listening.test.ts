import { createServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { ConfigError } from '#src/config.js'
import { listen, urlOnThisMachine } from '#src/http/listening.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})
function newServer(): Server {
  const server = createServer()
  servers.push(server)
  return server
}

/** A server that cannot listen for this reason. */
function failingServer(code: string): Server {
  const server = newServer()
  server.listen = () => {
    queueMicrotask(() => server.emit('error', Object.assign(new Error('no'), { code })))
    return server
  }
  return server
}

it('answers where it listens, and leaves later faults to others', async () => {
  const server = newServer()
  const { address, port } = await listen(server, { host: '127.0.0.1', port: 0 })
  expect([address, port > 0, server.listening]).toEqual(['127.0.0.1', true, true])
  expect(server.listenerCount('error')).toBe(0)
})

it.each([
  ['127.0.0.1', 'http://localhost:4205'],
  ['0.0.0.0', 'http://localhost:4205'],
  ['::', 'http://localhost:4205'],
  ['::1', 'http://[::1]:4205'],
  ['2001:db8::7', 'http://[2001:db8::7]:4205'],
  ['fe80::7%eth0', 'http://[fe80::7%25eth0]:4205'],
  ['192.0.2.7', 'http://192.0.2.7:4205'],
])('a server that listens on %s is opened at %s', (address, url) => {
  expect(urlOnThisMachine(address, 4205)).toBe(url)
})

it('says that a port is taken', async () => {
  const { port } = await listen(newServer(), { host: '127.0.0.1', port: 0 })
  await expect(listen(newServer(), { host: '127.0.0.1', port })).rejects.toThrow(
    new ConfigError(`PORT is "${port}" but must be a free one: something listens on it already.`),
  )
})

it.each([
  ['EACCES', 'PORT is "80" but must be one that the user that runs the server may listen on.'],
  ['ENOTFOUND', 'HOST is "chat.invalid" but must be an address of this machine, or a name of one (ENOTFOUND).'],
  ['EADDRNOTAVAIL', 'HOST is "chat.invalid" but must be an address of this machine, or a name of one (EADDRNOTAVAIL).'],
])('says what is wrong where the system says %s', async (code, sentence) => {
  const failure = listen(failingServer(code), { host: 'chat.invalid', port: 80 })
  await expect(failure).rejects.toThrow(new ConfigError(sentence))
  await expect(failure).rejects.toMatchObject({ name: 'ConfigError', cause: { code } })
})
