import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { HttpClient } from '../support/http-client.js'
import { ServerProcess } from '../support/server-process.js'

const isNode24 = Number(process.versions.node.split('.', 1)[0]) >= 24
/** Node 24 itself takes 9 MB more. Source: docs/hosting.md, "Memory", and bench/results.md. */
const mostBytes = (isNode24 ? 102 : 90) * 1_048_576
const token = 'a-token-of-the-test'

it('the server idles under 90 MB in production, on Node 24 under 102 MB, after some visits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-footprint-'))
  const server = new ServerProcess({
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    BCRYPT_COST: '10',
    ACCOUNTS_URL: `file:${join(folder, 'accounts.json')}`,
    UPLOAD_DIR: join(folder, 'uploads'),
    METRICS_TOKEN: token,
  })
  const visitor = new HttpClient(await server.address())
  for (const page of ['/login', '/register', '/health', '/nowhere']) {
    for (let visit = 0; visit < 5; visit++) await (await visitor.get(page)).text()
  }
  const memory = async () => {
    const metrics = await (await visitor.get('/metrics', { headers: { authorization: `Bearer ${token}` } })).text()
    return Number(/^process_resident_memory_bytes (\d+)$/m.exec(metrics)?.[1])
  }
  expect(await memory()).toBeGreaterThan(0)
  // It idles once V8 has swept up after the visits, some eight seconds after the last of them.
  await expect.poll(memory, { interval: 2000, timeout: 20_000 }).toBeLessThan(mostBytes)
  process.stdout.write(`idles at ${Math.round((await memory()) / 1_048_576)} MB\n`)
  await server.stop()
  await rm(folder, { recursive: true })
})
