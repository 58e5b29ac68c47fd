import { brotliCompressSync } from 'node:zlib'
import type { Response } from '@playwright/test'
import { expect, test } from '../support/browser/fixtures.js'

const kilobyte = 1024

// A server of its own: on one that others share, the people they add stand beside the chat, in an order that chance decides.
test.use({ serverEnv: { DEMO_USERS: 'true' } })

test('the first load of a chat is at most 36 KB, of which our own script is at most 8', { tag: '@long' }, async ({
  chat,
}) => {
  const { ann, path } = await chat()
  const fresh = await ann.context().newPage()
  const session = await ann.context().newCDPSession(fresh)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const responses: Response[] = []
  fresh.on('response', response => responses.push(response))
  await fresh.goto(path)
  await fresh.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  const sizes = new Map<string, number>()
  for (const response of responses) {
    // An event stream never ends, and is not part of the page's weight.
    if (response.headers()['content-type']?.startsWith('text/event-stream')) continue
    sizes.set(new URL(response.url()).pathname, (await response.request().sizes()).responseBodySize)
  }
  const script = [...sizes.keys()].find(each => /\/app-[^/]*\.js$/.test(each)) ?? ''
  expect([...sizes.keys()].map(each => each.replace(/-[\w-]{8}\./, '.'))).toEqual(
    expect.arrayContaining([path, '/static/build/app.js', '/static/build/app.css']),
  )
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  // Ours is the last of what was bundled, on a line of its own.
  const code = (await (await ann.request.get(script)).text()).trimEnd()
  const ours = code.slice(code.lastIndexOf(';\n') + 2)
  expect(ours).toContain('outbox')
  const own = brotliCompressSync(ours).length
  test.info().annotations.push({ type: 'weight', description: `${total} bytes, ours ${own}: ${[...sizes].join(' ')}` })
  expect(total).toBeGreaterThan(10 * kilobyte)
  expect(total).toBeLessThanOrEqual(36 * kilobyte)
  expect(own).toBeLessThanOrEqual(8 * kilobyte)
})
