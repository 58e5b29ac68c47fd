import { DesktopPart, displayArguments } from '../support/desktop-part.js'
import { startHeaderProxy } from '../support/header-proxy.js'
import { scratchFolder } from '../support/leftovers.js'
import { clickingAt, pressing, typing } from './input.js'
import type { Engine, PersonBrowser, Tab } from './tab.js'
import { startDriver, textAt, WebDriverSession } from './web-driver.js'

/** Where the programs are; see `findWebKit` in scripts/setup.mjs. */
export interface WebKitPrograms {
  readonly driver: string
  readonly browser: string
  /** What makes a display that nobody sees. */
  readonly xvfb: string
}

/** A window of MiniBrowser. */
class WebKitTab implements Tab {
  readonly #session: WebDriverSession
  readonly #base: string
  readonly #handle: string

  constructor(session: WebDriverSession, base: string, handle: string) {
    this.#session = session
    this.#base = base
    this.#handle = handle
  }

  async open(path: string): Promise<void> {
    await this.#front()
    await this.#session.post('/url', { url: new URL(path, this.#base).href })
  }

  async reload(): Promise<void> {
    await this.#front()
    await this.#session.post('/refresh')
  }

  async back(): Promise<void> {
    await this.#front()
    await this.#session.post('/back')
  }

  async read<Answer>(run: (given: string) => Answer | Promise<Answer>, given = ''): Promise<Answer> {
    await this.#front()
    const script = `return JSON.stringify(await (${run})(arguments[0]) ?? null)`
    const answer = await this.#session.post('/execute/sync', { script: asAsync(script), args: [given] })
    return JSON.parse(String(answer))
  }

  clickAt(x: number, y: number): Promise<void> {
    return this.#do(clickingAt(x, y))
  }

  type(text: string): Promise<void> {
    return this.#do(typing(text))
  }

  press(key: string): Promise<void> {
    return this.#do(pressing(key))
  }

  async choose(css: string, file: string): Promise<void> {
    await this.#front()
    await this.#session.post(`/element/${await this.#session.find(css)}/value`, { text: file })
  }

  async resize(width: number, height: number): Promise<number> {
    await this.#front()
    // The window has edges and bars.
    const beside = await this.read(() => [outerWidth - innerWidth, outerHeight - innerHeight])
    const [left = 0, above = 0] = beside
    await this.#session.post('/window/rect', { width: width + left, height: height + above })
    return this.read(() => innerWidth)
  }

  async shoot(): Promise<Buffer> {
    // The picture is of the next time that something is painted, which on a page that stands still may never come.
    await this.read(() => {
      const dot = document.createElement('div')
      dot.style.cssText = 'position: fixed; bottom: 0; inset-inline-end: 0; width: 1px; height: 1px'
      document.body.append(dot)
      let frames = 0
      const blink = () => {
        frames += 1
        dot.style.background = frames % 2 ? 'gray' : 'silver'
        if (frames < 300) requestAnimationFrame(blink)
        else dot.remove()
      }
      blink()
    })
    return Buffer.from(String(await this.#session.get('/screenshot')), 'base64')
  }

  async close(): Promise<void> {
    await this.#front()
    await this.#session.delete('/window')
  }

  /** Commands go to one window at a time. */
  async #front(): Promise<void> {
    await this.#session.post('/window', { handle: this.#handle })
  }

  async #do(actions: readonly object[]): Promise<void> {
    await this.#front()
    await this.#session.post('/actions', { actions })
  }
}

/** A script whose promise is waited for. */
const asAsync = (script: string) => `return (async function () { ${script} }).apply(null, arguments)`

/** What the policy of a page may say so that no script runs in it, and `noscript` is shown. Source: https://www.w3.org/TR/CSP3/ */
const noScript = 'sandbox allow-forms allow-same-origin'

/** What MiniBrowser writes of a page that has ended by a fault of its own. */
const errorLines = /WebProcess CRASHED/g

/**
 * WebKit as GNOME ships it, in MiniBrowser. Each person has a driver and a browser of their own, as one driver has one browser,
 * and a display: on a common one, text that one of them selects is not selected any more when another selects some.
 */
export class WebKitEngine implements Engine {
  readonly name = 'WebKit'
  readonly gaps = {
    'a window of 320 px': 'the bar of MiniBrowser is wider, so that 450 px are tried',
    'JavaScript switched off':
      'then WebKit ends the page that its driver looks at, by a fault in collecting garbage, so that a policy keeps scripts from running',
    'errors on the console':
      'WebKit writes none of them down for a browser that is driven, so that they fail no journey there',
  }
  readonly #programs: WebKitPrograms

  constructor(programs: WebKitPrograms) {
    this.#programs = programs
  }

  async start(base: string, { javaScript = true } = {}): Promise<PersonBrowser> {
    const programs = this.#programs
    const home = scratchFolder('webkit')
    const { PATH = '' } = process.env
    const display = new DesktopPart(programs.xvfb, displayArguments, { PATH })
    const { url, driver } = await startDriver(programs.driver, {
      ...{ PATH, HOME: home.path, XDG_RUNTIME_DIR: home.path, DISPLAY: `:${await display.firstLine()}` },
      ...{ LANG: 'C.UTF-8', TZ: 'Asia/Kolkata' },
      // A sandbox needs rights that a container lacks, and a display without a graphics card draws in software.
      ...{
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        LIBGL_ALWAYS_SOFTWARE: '1',
      },
    })
    const args = ['--automation']
    const proxy = javaScript
      ? undefined
      : await startHeaderProxy(base, { added: ['Content-Security-Policy', noScript] })
    const capabilities = { acceptInsecureCerts: true, 'webkitgtk:browserOptions': { binary: programs.browser, args } }
    const session = await WebDriverSession.begin(url, capabilities)
    let isFirst = true
    return {
      async tab() {
        const handle = isFirst ? await session.get('/window') : await newWindow(session)
        isFirst = false
        return new WebKitTab(session, proxy?.url ?? base, String(handle))
      },
      get errors() {
        return `${driver.output}\n${driver.errors}`.match(errorLines) ?? []
      },
      async close() {
        await driver.end()
        await proxy?.stop()
        await display.end()
        home.remove()
      },
    }
  }

  /** They share nothing. */
  async stop(): Promise<void> {}
}

async function newWindow(session: WebDriverSession): Promise<string> {
  return textAt(await session.post('/window/new', { type: 'window' }), 'handle')
}
