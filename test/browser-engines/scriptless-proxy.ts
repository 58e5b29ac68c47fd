import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** What the policy of a page may say so that no script runs in it, and `noscript` is shown. Source: https://www.w3.org/TR/CSP3/ */
const policy = 'sandbox allow-forms allow-same-origin'

/** Starts a proxy before a server, behind which no page runs a script, though its browser could. */
export async function startScriptlessProxy(target: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const proxy = createServer((asked, answer) => {
    const { method, url = '/', headers } = asked
    const passed = request(new URL(url, target), { method, headers }, got => {
      answer.writeHead(got.statusCode ?? 502, [...got.rawHeaders, 'Content-Security-Policy', policy])
      got.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port')
  return {
    url: `http://localhost:${address.port}`,
    async stop() {
      proxy.closeAllConnections()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
