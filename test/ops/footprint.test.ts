import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { HttpClient } from '../http-client.js'
import { ServerProcess } from '../server-process.js'

/** Source: issue "Finished for one machine": the server idles under 90 MB. */
const mostBytes = 90 * 1_048_576
const token = 'a-token-of-the-test'

it('the server idles under 90 MB in production, after some visits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-footprint-'))
  const server = new ServerProcess(
    {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      BCRYPT_COST: '10',
      ACCOUNTS_URL: `file:${join(folder, 'accounts.json')}`,
      UPLOAD_DIR: join(folder, 'uploads'),
      METRICS_TOKEN: token,
      // As npm start, the Dockerfile and the unit start it.
      NODE_OPTIONS: '--max-semi-space-size=2',
    },
    'dist/main.js',
  )
  const visitor = new HttpClient(await server.address())
  for (const page of ['/login', '/register', '/health', '/nowhere']) {
    for (let visit = 0; visit < 5; visit++) await (await visitor.get(page)).text()
  }
  const metrics = await (await visitor.get('/metrics', { headers: { authorization: `Bearer ${token}` } })).text()
  const [, bytes] = /^process_resident_memory_bytes (\d+)$/m.exec(metrics) ?? []
  await server.stop()
  await rm(folder, { recursive: true })
  expect(Number(bytes)).toBeGreaterThan(0)
  expect(Number(bytes)).toBeLessThan(mostBytes)
  process.stdout.write(`idles at ${Math.round(Number(bytes) / 1_048_576)} MB\n`)
})
