import { onTestFinished } from 'vitest'
import { newPair } from '../crowd.js'
import { HttpClient } from '../http-client.js'
import { PageClient, readRows } from '../page-client.js'
import { startOneServer } from '../test-server.js'

/** Two people with a chat, each on a page of another node. */
export interface PagesOnNodes {
  readonly annPage: PageClient
  readonly benPage: PageClient
  /** Waits until both pages show these texts and no others. */
  shown(...texts: readonly string[]): Promise<void>
  /** Reads the texts that each of them is given when the page is loaded anew. */
  read(): Promise<readonly string[][]>
}

/**
 * Starts two nodes with these settings, and two pages, all of which end with the test.
 * @param patienceMs for how long both pages may show something else
 */
export async function openPagesOnNodes(settings: Record<string, string>, patienceMs: number): Promise<PagesOnNodes> {
  const [here, there] = [await startOneServer(settings), await startOneServer(settings)]
  onTestFinished(async () => void (await Promise.all([here.stop(), there.stop()])))
  const { ann, ben, chat } = await newPair(here.url)
  const benThere = new HttpClient(there.url, ben.cookies)
  const times = { reconnectMs: 100, unansweredMs: 5000 }
  const annPage = new PageClient(here.url, ann, chat, 3_600_000, times)
  const benPage = new PageClient(there.url, benThere, chat, 3_600_000, times)
  const pages = [annPage, benPage]
  onTestFinished(() => {
    for (const page of pages) page.stop()
  })
  await Promise.all(pages.map(page => page.load()))
  const textsOf = async (client: HttpClient) => readRows(await (await client.get(chat)).text()).map(({ text }) => text)
  return {
    annPage,
    benPage,
    async shown(...texts) {
      const isShown = (page: PageClient) => `${page.rows.map(({ text }) => text)}` === `${texts}`
      await Promise.all(pages.map(page => page.until(() => isShown(page), patienceMs, `shows ${texts}`)))
    },
    read: async () => [await textsOf(ann), await textsOf(benThere)],
  }
}
