import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'
import { z } from 'zod'
import { newPair } from './crowd.js'

/** What connecting many pages cost the first time and again, in ms of the server's CPU time. */
export interface ReconnectCost {
  readonly firstMs: number
  readonly againMs: number
  readonly ratio: number
  /** How many frames came on reconnecting; none if nothing has changed. */
  readonly frames: number
}

const started = z.object({ url: z.string() })
const used = z.object({ cpuMs: z.number() })
const atOnce = 40

/** Runs `work` for every item, a few at a time. */
async function forAll<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = [...items.entries()]
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/**
 * Connects a page for each person, in pairs with a few messages each, cuts them all and connects them again. The server is
 * reconnect-server.ts, which tells its CPU time when asked.
 */
export async function measureReconnect({ people }: { people: number }): Promise<ReconnectCost> {
  const child = fork(fileURLToPath(new URL('reconnect-server.mjs', import.meta.url)))
  const ask = async () => {
    const answer = once(child, 'message')
    child.send('cpu')
    return used.parse((await answer)[0]).cpuMs
  }
  const { url } = started.parse((await once(child, 'message'))[0])
  const pairs = await forAll(
    Array.from({ length: people / 2 }, (_, index) => index),
    async () => {
      const { ann, ben, chat } = await newPair(url)
      for (const nonce of ['1', '2', '3'])
        await ann.post(`${chat}/messages`, { content: `message ${nonce}`, nonce }, chat)
      return [ann, ben].map(client => ({ client, chat }))
    },
  )
  const pages = await forAll(pairs.flat(), async ({ client, chat }) => {
    const html = await (await client.get(chat)).text()
    const address = /hx-ws:connect="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    return { cookie: client.cookieHeader, address: new URL(address, url.replace('http', 'ws')) }
  })

  let frames = 0
  /** Connects all pages at once, waits until no frame has come for a while, and resolves with the CPU time. */
  async function connectAll(): Promise<{ cpuMs: number; sockets: WebSocket[] }> {
    const before = await ask()
    let heardAt = Date.now()
    const open = async (page: (typeof pages)[number]): Promise<WebSocket> => {
      const socket = new WebSocket(page.address, { headers: { cookie: page.cookie } })
      socket.on('message', data => {
        frames += 1
        heardAt = Date.now()
        // The page puts its state into its URL, as in the browser.
        const state = /id="state" value="([^"]+)"/.exec(data.toString())?.[1]
        if (state) page.address.searchParams.set('state', state)
      })
      // A busy machine refuses some. Like a page, this tries again, and that counts as cost too.
      const isOpen = await once(socket, 'open').then(
        () => true,
        () => false,
      )
      socket.on('error', () => {})
      return isOpen ? socket : open(page)
    }
    const sockets = await Promise.all(pages.map(open))
    heardAt = Date.now()
    while (Date.now() - heardAt < 1500) await new Promise(resolve => setTimeout(resolve, 100))
    return { cpuMs: (await ask()) - before, sockets }
  }

  const first = await connectAll()
  frames = 0
  for (const socket of first.sockets) socket.terminate()
  await new Promise(resolve => setTimeout(resolve, 1000))
  const again = await connectAll()
  child.kill()
  return {
    firstMs: Math.round(first.cpuMs),
    againMs: Math.round(again.cpuMs),
    ratio: Math.round((100 * again.cpuMs) / first.cpuMs) / 100,
    frames,
  }
}
