import { type BidiSession, valueAt } from './bidi-session.js'
import { FirefoxProcess } from './firefox-process.js'
import { clickingAt, pressing, typing } from './input.js'
import type { Engine, PersonBrowser, Tab } from './tab.js'

/** A window of Firefox. */
class FirefoxTab implements Tab {
  readonly #session: BidiSession
  readonly #base: string
  readonly #context: string
  readonly #javaScript: boolean

  constructor(session: BidiSession, base: string, context: string, javaScript: boolean) {
    this.#session = session
    this.#base = base
    this.#context = context
    this.#javaScript = javaScript
  }

  open(path: string): Promise<void> {
    return this.#do('browsingContext.navigate', { url: new URL(path, this.#base).href, wait: 'complete' })
  }

  reload(): Promise<void> {
    return this.#do('browsingContext.reload', { wait: 'complete' })
  }

  back(): Promise<void> {
    return this.#do('browsingContext.traverseHistory', { delta: -1 })
  }

  async read<Answer>(run: (given: string) => Answer | Promise<Answer>, given = ''): Promise<Answer> {
    const context = this.#context
    // Without JavaScript it runs beside the page, where no promise is ever kept.
    const how = this.#javaScript
      ? { functionDeclaration: `async given => JSON.stringify(await (${run})(given) ?? null)`, target: { context } }
      : {
          functionDeclaration: `given => JSON.stringify((${run})(given) ?? null)`,
          target: { context, sandbox: 'journey' },
        }
    const values = [{ type: 'string', value: given }]
    const answer = await this.#session.do('script.callFunction', { ...how, arguments: values, awaitPromise: true })
    const thrown = valueAt(answer, 'exceptionDetails')
    if (thrown !== undefined) throw new Error(String(valueAt(thrown, 'text')))
    return JSON.parse(String(valueAt(valueAt(answer, 'result'), 'value')))
  }

  clickAt(x: number, y: number): Promise<void> {
    return this.#do('input.performActions', { actions: clickingAt(x, y) })
  }

  type(text: string): Promise<void> {
    return this.#press(typing(text))
  }

  press(key: string): Promise<void> {
    return this.#press(pressing(key))
  }

  async choose(css: string, file: string): Promise<void> {
    const locator = { type: 'css', value: css }
    const found = await this.#session.do('browsingContext.locateNodes', { context: this.#context, locator })
    const nodes = valueAt(found, 'nodes')
    const sharedId = Array.isArray(nodes) ? valueAt(nodes[0], 'sharedId') : undefined
    await this.#do('input.setFiles', { element: { sharedId }, files: [file] })
  }

  /** By the events that a choice makes: what a list offers opens beside the page, where commands do not reach. */
  select(css: string, value: string): Promise<void> {
    return this.read(given => {
      const { css, value } = JSON.parse(given)
      const list = document.querySelector<HTMLSelectElement>(css)
      if (!list) throw new Error(`There is no ${css}`)
      list.value = value
      for (const name of ['input', 'change']) list.dispatchEvent(new Event(name, { bubbles: true }))
    }, JSON.stringify({ css, value }))
  }

  async resize(width: number, height: number): Promise<number> {
    await this.#do('browsingContext.setViewport', { viewport: { width, height } })
    return this.read(() => innerWidth)
  }

  async shoot(): Promise<Buffer> {
    const shot = await this.#session.do('browsingContext.captureScreenshot', { context: this.#context })
    return Buffer.from(String(valueAt(shot, 'data')), 'base64')
  }

  close(): Promise<void> {
    return this.#do('browsingContext.close', {})
  }

  async #do(method: string, params: object): Promise<void> {
    await this.#session.do(method, { context: this.#context, ...params })
  }

  /** Keys go to the window in front. */
  async #press(actions: readonly object[]): Promise<void> {
    await this.#do('browsingContext.activate', {})
    await this.#do('input.performActions', { actions })
  }
}

/**
 * Firefox as people have it, by WebDriver BiDi. Everybody has a container of cookies of their own in one process, but who has no
 * JavaScript, which is a setting of the process.
 */
export class FirefoxEngine implements Engine {
  readonly name = 'Firefox'
  readonly gaps = {}
  readonly #program: string
  readonly #processes = new Map<boolean, Promise<FirefoxProcess>>()

  /** @param program see `findFirefox` in scripts/setup.mjs */
  constructor(program: string) {
    this.#program = program
  }

  async start(base: string, { javaScript = true } = {}): Promise<PersonBrowser> {
    const starting = this.#processes.get(javaScript) ?? FirefoxProcess.start(this.#program, javaScript)
    this.#processes.set(javaScript, starting)
    const { session, errors } = await starting
    const userContext = valueAt(await session.do('browser.createUserContext', {}), 'userContext')
    const contexts = new Set<string>()
    return {
      async tab() {
        const made = await session.do('browsingContext.create', { type: 'window', userContext })
        const context = String(valueAt(made, 'context'))
        contexts.add(context)
        return new FirefoxTab(session, base, context, javaScript)
      },
      get errors() {
        return errors.filter(({ context }) => contexts.has(context)).map(({ text }) => text)
      },
      async close() {
        await session.do('browser.removeUserContext', { userContext })
      },
    }
  }

  async stop(): Promise<void> {
    const processes = await Promise.all(this.#processes.values())
    await Promise.all(processes.map(each => each.stop()))
  }
}
