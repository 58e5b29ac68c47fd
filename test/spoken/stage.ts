import type { Page } from '@playwright/test'
import { idOf, newcomer } from '../support/crowd.js'
import { FaultProxy } from '../support/fault-proxy.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startServerProcess } from '../support/nodes.js'
import type { Desktop } from './desktop.js'
import { waitForQuiet } from './quiet.js'
import { type SceneTranscript, type Step, withoutTimes } from './transcript.js'
import type { Utterance } from './voice.js'

/** What should be said may take so long on a busy machine. */
const patienceMs = 15_000
/** Where it is not known what should be said, only time tells that nothing more comes. */
const unknownQuietMs = 5000

/** A chat of two people: Ann is at the browser, the other writes without one. */
export interface Chat {
  readonly path: string
  readonly ann: HttpClient
  readonly other: HttpClient
  readonly name: string
  /** Between the browser and the server. */
  readonly faults: FaultProxy
  /** The other writes a message. */
  write(text: string, more?: Record<string, string>): Promise<void>
  /** The other opens the chat. */
  join(): Promise<LivePage>
}

interface Server {
  readonly url: string
  readonly faults: FaultProxy
  stop(): Promise<void>
}

/** Where a scene plays: a browser with a screen reader, servers, and people. */
export class Stage {
  readonly page: Page
  readonly desktop: Desktop
  readonly #servers = new Map<number, Promise<Server>>()
  #steps: Step[] = []
  #expected: SceneTranscript | undefined
  #people = 0

  constructor(page: Page, desktop: Desktop) {
    this.page = page
    this.desktop = desktop
  }

  /**
   * Plays a scene, and returns what was heard.
   * @param expected what should be heard, if that is known
   */
  async play(name: string, act: (stage: Stage) => Promise<void>, expected?: SceneTranscript): Promise<SceneTranscript> {
    this.#steps = []
    this.#expected = expected
    await act(this)
    return { name, steps: this.#steps }
  }

  /** What was heard so far of the scene that plays, to be read where it does not come to its end. */
  get lines(): string[] {
    return this.#steps.flatMap(({ what, said }) => [`> ${what}`, ...said])
  }

  /** Does something and waits until nothing more is said. What was said stands in the transcript, under `what`. */
  async hear(what: string, act: () => Promise<unknown>): Promise<void> {
    const { voice } = this.desktop
    const wanted = this.#expected?.steps[this.#steps.length]?.said.length ?? 0
    voice.setPace('speech')
    voice.take()
    await act()
    const isComplete = (waitedMs: number) => voice.count >= wanted || waitedMs > patienceMs
    const known = this.#expected ? {} : { quietMs: unknownQuietMs }
    await waitForQuiet(() => this.desktop.quietMs, { isComplete, ...known })
    this.#steps.push({ what, said: voice.take().map(wordsOf).filter(isOfThePage) })
  }

  /** Does something of which it does not matter what is said, and waits until nothing more is said. */
  async prepare(act: () => Promise<unknown>): Promise<void> {
    this.desktop.voice.setPace('hurry')
    await act()
    await waitForQuiet(() => this.desktop.quietMs)
  }

  /**
   * Begins a chat and has the browser be Ann's, on an empty page.
   * @param lifeMs how long its messages live
   */
  async chatWith(name: string, lifeMs = 3_600_000): Promise<Chat> {
    const { url, faults } = await this.#serverOf(lifeMs)
    this.#people += 1
    const [ann, other] = [await newcomer(url, `Ann-${this.#people}`), await newcomer(url, name)]
    const path = await ann.openChat(await idOf(ann, name))
    await this.#leave()
    // As the browser of a person tells it on the first page, who hears "UTC" no more from the second on.
    const zone = await this.page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
    await ann.post('/settings/zone', { zone }, path)
    const context = this.page.context()
    await context.clearCookies()
    await context.addCookies([...ann.cookies].map(([name, value]) => ({ name, value, url: faults.url })))
    let sent = 0
    return {
      ...{ path, ann, other, name, faults },
      async write(content, more = {}) {
        sent += 1
        const response = await other.post(`${path}/messages`, { content, nonce: `${name}-${sent}`, ...more }, path)
        if (response.status !== 303) throw new Error(`A message ended with ${response.status}`)
      },
      join: () => LivePage.open(url, other, path),
    }
  }

  /** Has the keyboard in the page rather than in the bars of the browser. To be done once, before all scenes. */
  async begin(): Promise<void> {
    await this.prepare(() => this.visit('/login'))
    await this.prepare(() => this.desktop.bringKeyboardTo(this.page))
  }

  /** Opens the chat in the browser, which has the focus come to its composer. */
  async open({ path, faults }: Chat, query = '?newest'): Promise<void> {
    await this.desktop.doAtOnce(async () => {
      await this.page.goto(faults.url + path + query)
      await this.page.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
      await this.page.waitForFunction(() => document.activeElement?.matches('#content'))
    })
  }

  /** Opens a page of the server where nobody is logged in. */
  async visit(path: string): Promise<void> {
    const { faults } = await this.#serverOf(3_600_000)
    await this.#leave()
    await this.page.context().clearCookies()
    await this.page.goto(faults.url + path)
  }

  /**
   * Shows an empty page, and has Orca forget by a key that does nothing what was done last: after a click it reads whole lines, and after
   * an arrow key it says nothing of what the focus comes to.
   */
  async #leave(): Promise<void> {
    await this.page.goto('about:blank')
    await this.desktop.press('Pause')
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) await (await server).stop()
  }

  #serverOf(lifeMs: number): Promise<Server> {
    const known = this.#servers.get(lifeMs)
    if (known) return known
    const started = startServer(lifeMs)
    this.#servers.set(lifeMs, started)
    return started
  }
}

async function startServer(lifeMs: number): Promise<Server> {
  const server = await startServerProcess({
    LOG_LEVEL: 'error',
    DEMO_USERS: 'true',
    MESSAGE_TTL_MS: String(lifeMs),
    RATE_LIMIT_AUTH: '1000',
    RATE_LIMIT_AUTH_ADDRESS: '1000000',
    RATE_LIMIT_MESSAGES: '1000',
    RATE_LIMIT_REQUESTS: '1000',
  })
  const faults = await FaultProxy.before(server.url)
  return {
    url: server.url,
    faults,
    async stop() {
      await faults.stop()
      await server.stop()
    },
  }
}

const wordsOf = ({ text, isCut }: Utterance): string => withoutTimes(text) + (isCut ? ' (cut off)' : '')

/** Whether Orca says this depends on how long a page takes to load. */
const isOfThePage = (words: string) => !words.startsWith('Loading.')
