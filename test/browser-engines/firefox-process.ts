import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clearAtExit, type Scratch, scratchFolder } from '../support/leftovers.js'
import { BidiSession, valueAt } from './bidi-session.js'

/** What is not part of the site, and would reach for the network or ask who starts it. */
const settings = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'intl.accept_languages': 'en-GB,en',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.active-protocols': 1,
  'services.settings.server': '',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
}

/** A process of Firefox, with a profile of its own. */
export class FirefoxProcess {
  readonly session: BidiSession
  /** What stands as errors on consoles, by the context of the page. */
  readonly errors: { readonly context: string; readonly text: string }[] = []
  readonly #child: ChildProcess
  readonly #profile: Scratch

  private constructor(child: ChildProcess, profile: Scratch, session: BidiSession) {
    this.#child = child
    this.#profile = profile
    this.session = session
    session.onEvent = (_name, entry) => {
      if (valueAt(entry, 'level') !== 'error') return
      const context = String(valueAt(valueAt(entry, 'source'), 'context'))
      this.errors.push({ context, text: String(valueAt(entry, 'text')) })
    }
  }

  /** @param program see `findFirefox` in scripts/setup.mjs */
  static async start(program: string, javaScript: boolean): Promise<FirefoxProcess> {
    const profile = scratchFolder('firefox')
    const lines = Object.entries({ ...settings, 'javascript.enabled': javaScript }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    )
    writeFileSync(join(profile.path, 'user.js'), lines.join(''))
    const args = ['--headless', '--no-remote', '--profile', profile.path, '--remote-debugging-port', '0']
    const env = { PATH: process.env.PATH, HOME: profile.path, LANG: 'C.UTF-8', TZ: 'Asia/Kolkata' }
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    const forget = clearAtExit(() => child.kill('SIGKILL'))
    child.once('exit', forget)
    const session = await BidiSession.begin(await addressIn(child), { acceptInsecureCerts: true })
    await session.do('session.subscribe', { events: ['log.entryAdded'] })
    return new FirefoxProcess(child, profile, session)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    await this.session.do('browser.close', {}).catch(() => this.#child.kill('SIGTERM'))
    await ended
    this.#profile.remove()
  }
}

/** Where a browser says that it takes commands. @throws Error if it ends before */
async function addressIn(child: ChildProcess): Promise<string> {
  let written = ''
  for await (const piece of child.stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    written += piece
    const [, url] = /WebDriver BiDi listening on (ws:\S+)/.exec(written) ?? []
    if (!url) continue
    child.stderr?.resume()
    return url
  }
  throw new Error(`Firefox ended: ${written}`)
}
