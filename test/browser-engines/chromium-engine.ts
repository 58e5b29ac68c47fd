import type { Browser, BrowserContext, Page } from '@playwright/test'
import type { Engine, PersonBrowser, Tab } from './tab.js'

/** A page of Chromium. */
class ChromiumTab implements Tab {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async open(path: string): Promise<void> {
    await this.#page.goto(path)
  }

  async reload(): Promise<void> {
    await this.#page.reload()
  }

  async back(): Promise<void> {
    await this.#page.goBack()
  }

  read<Answer>(run: (given: string) => Answer | Promise<Answer>, given = ''): Promise<Answer> {
    return this.#page.evaluate(run, given)
  }

  async clickAt(x: number, y: number): Promise<void> {
    await this.#page.mouse.click(x, y)
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text)
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key)
  }

  async choose(css: string, file: string): Promise<void> {
    await this.#page.locator(css).setInputFiles(file)
  }

  async select(css: string, value: string): Promise<void> {
    await this.#page.locator(css).selectOption(value)
  }

  async resize(width: number, height: number): Promise<number> {
    await this.#page.setViewportSize({ width, height })
    return this.read(() => innerWidth)
  }

  shoot(): Promise<Buffer> {
    // Otherwise it puts in a style, which our policy forbids.
    return this.#page.screenshot({ caret: 'initial' })
  }

  async close(): Promise<void> {
    await this.#page.close()
  }
}

/** Chromium, by Playwright. Everybody has a context of their own in one process. */
export class ChromiumEngine implements Engine {
  readonly name = 'Chromium'
  readonly gaps = {}
  readonly #browser: Browser

  constructor(browser: Browser) {
    this.#browser = browser
  }

  async start(base: string, { javaScript = true } = {}): Promise<PersonBrowser> {
    const context = await this.#browser.newContext({
      ...{ baseURL: base, javaScriptEnabled: javaScript, ignoreHTTPSErrors: true },
      ...{ locale: 'en-GB', timezoneId: 'Asia/Kolkata' },
    })
    return {
      tab: async () => new ChromiumTab(await context.newPage()),
      errors: errorsOf(context),
      close: () => context.close(),
    }
  }

  stop(): Promise<void> {
    return this.#browser.close()
  }
}

function errorsOf(context: BrowserContext): string[] {
  const errors: string[] = []
  context.on('weberror', error => errors.push(String(error.error())))
  context.on('console', message => {
    if (message.type() === 'error') errors.push(`${message.text()} at ${message.location().url}`)
  })
  return errors
}
