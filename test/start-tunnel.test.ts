import { once } from 'node:events'
import { request } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { ServerProcess } from './support/server-process.js'

it('the tunnel of pushes starts with the settings, lets nobody out to other hosts, and ends when it is told to', async () => {
  const tunnel = new ServerProcess({ PUSH_HOSTS: 'push.test', HOST: '127.0.0.1' }, 'dist/start-tunnel.js')
  onTestFinished(() => tunnel.stop())
  await expect.poll(() => tunnel.output).toMatch(/port \d+\n/)
  const [, port] = /port (\d+)/.exec(tunnel.output) ?? []
  const path = 'other.test:443'
  const asked = request({ host: '127.0.0.1', port, method: 'CONNECT', path, agent: false }).end()
  const [{ statusCode }, socket] = await once(asked, 'connect')
  socket.destroy()
  expect(statusCode).toBe(403)
  tunnel.child.kill('SIGTERM')
  expect(await tunnel.ended).toEqual([0, null])
})

it('the tunnel of pushes says what is wrong with a setting', async () => {
  const tunnel = new ServerProcess({ PUSH_HOSTS: '*' }, 'dist/start-tunnel.js')
  expect(await tunnel.ended).toEqual([1, null])
  expect(tunnel.output).toMatch(/^PUSH_HOSTS is "\*" but must be host names .+\.\n$/)
})
