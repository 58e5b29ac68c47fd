import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'

/** Serves an app on a free port of loopback until the test is over; the answer is its address. */
export async function serveApp(app: RequestListener): Promise<string> {
  const http = createServer(app).listen(0, '127.0.0.1')
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  await once(http, 'listening')
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return `http://127.0.0.1:${address.port}`
}
