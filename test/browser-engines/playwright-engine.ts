import { createHash } from 'node:crypto'
import type { Browser, Page } from '@playwright/test'
import { errorsOf } from '../support/browser/console-errors.js'
import type { Engine, PersonBrowser, Tab } from './tab.js'

/** A page of a browser that Playwright drives. */
class PlaywrightTab implements Tab {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** Where the page before is still being loaded, Playwright may take the next one in Firefox for another than was asked for. */
  async open(path: string): Promise<void> {
    await this.#page.waitForLoadState()
    await this.#page.goto(path)
  }

  async reload(): Promise<void> {
    await this.#page.reload()
  }

  /** By the page: Playwright waits for a page to load, and Firefox may show the one before as it was left. */
  back(): Promise<void> {
    return this.read(() => history.back())
  }

  read<Answer>(run: (given: string) => Answer | Promise<Answer>, given = ''): Promise<Answer> {
    return this.#page.evaluate(run, given)
  }

  async clickAt(x: number, y: number): Promise<void> {
    await this.#page.mouse.click(x, y)
  }

  /** In Firefox keys go to the window in front. */
  async type(text: string): Promise<void> {
    await this.#page.bringToFront()
    await this.#page.keyboard.type(text)
  }

  async press(key: string): Promise<void> {
    await this.#page.bringToFront()
    await this.#page.keyboard.press(key)
  }

  async choose(css: string, file: string): Promise<void> {
    await this.#page.locator(css).setInputFiles(file)
  }

  async resize(width: number, height: number): Promise<number> {
    await this.#page.setViewportSize({ width, height })
    return this.read(() => innerWidth)
  }

  shoot(): Promise<Buffer> {
    // Otherwise it puts in styles, which our policy forbids.
    return this.#page.screenshot({ caret: 'initial' })
  }

  async close(): Promise<void> {
    await this.#page.close()
  }
}

/**
 * A kind of browser that Playwright drives. Everybody has a context of their own in one process, but who has no JavaScript, which in
 * Firefox is a setting of the process.
 */
export class PlaywrightEngine implements Engine {
  readonly name: string
  readonly gaps = {}
  readonly #launch: (javaScript: boolean) => Promise<Browser>
  readonly #browsers = new Map<boolean, Promise<Browser>>()

  constructor(name: string, launch: (javaScript: boolean) => Promise<Browser>) {
    this.name = name
    this.#launch = launch
  }

  async start(base: string, { javaScript = true } = {}): Promise<PersonBrowser> {
    const launching = this.#browsers.get(javaScript) ?? this.#launch(javaScript)
    this.#browsers.set(javaScript, launching)
    const browser = await launching
    const context = await browser.newContext({
      ...{ baseURL: base, javaScriptEnabled: javaScript, ignoreHTTPSErrors: true },
      // Not every engine can be given another than its own.
      colorScheme: null,
      ...{ locale: 'en-GB', timezoneId: 'Asia/Kolkata' },
    })
    const errors = errorsOf(context)
    return {
      tab: async () => new PlaywrightTab(await context.newPage()),
      get errors() {
        return errors.filter(error => !error.includes(screenshotStyle))
      },
      close: () => context.close(),
    }
  }

  async stop(): Promise<void> {
    const browsers = await Promise.all(this.#browsers.values())
    await Promise.all(browsers.map(browser => browser.close()))
  }
}

/** The style that Playwright still puts into a page of Firefox for a screenshot, as an error on the console names it. */
const screenshotStyle = createHash('sha256').update('body {}').digest('base64')
