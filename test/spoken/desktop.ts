import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { projectRoot } from '#src/project-root.js'
import { DesktopPart, displayArguments, until } from '../support/desktop-part.js'
import { type Scratch, scratchFolder } from '../support/leftovers.js'
import { Voice } from './voice.js'

/** Orca ends, or ends the other, where this says that another one runs. Ours leave those of other desktops alone. */
const noOther = '#!/bin/sh\nexit 1\n'

const runFile = promisify(execFile)
const atSpi = '/usr/libexec/at-spi-bus-launcher'
/** A screen reader that takes no more processor time than this within this time has nothing to do. */
const lookMs = 250
const idleTicks = 2
/** How long a key takes at most until the page has it, ms, and how often it is tried. */
const keyPatienceMs = 2000
const mostTries = 10

/** Orca as it is at first, but that it reads no page by itself when that is loaded, and no key that is typed. */
const orcaSettings = {
  sayAllOnLoad: false,
  pageSummaryOnLoad: false,
  enableKeyEcho: false,
  enableEchoByWord: false,
  enableEchoByCharacter: false,
  speakProgressBarUpdates: false,
}

/** A desktop that nobody sees, with a screen reader that nobody hears. */
export class Desktop {
  readonly voice: Voice
  /** What a program on it needs: these variables and no others. */
  readonly env: Readonly<Record<string, string>>
  readonly #folder: Scratch
  readonly #parts: DesktopPart[] = []
  #reader: DesktopPart | undefined
  #readerTicks = 0
  #readerBusyAt = 0
  #timer: NodeJS.Timeout | undefined

  private constructor(folder: Scratch, voice: Voice, env: Record<string, string>) {
    this.#folder = folder
    this.voice = voice
    this.env = env
  }

  /** Starts all of it, and resolves once the screen reader speaks. */
  static async open(): Promise<Desktop> {
    const folder = scratchFolder('desktop')
    const at = (...names: string[]) => join(folder.path, ...names)
    for (const name of ['bin', 'run', 'config', 'data/orca', 'speechd'])
      mkdirSync(at(name), { recursive: true, mode: 0o700 })
    writeFileSync(at('bin', 'pgrep'), noOther, { mode: 0o755 })
    const voice = await Voice.listen(at('voice'))
    const env: Record<string, string> = {
      PATH: `${at('bin')}:${process.env.PATH}`,
      HOME: folder.path,
      XDG_RUNTIME_DIR: at('run'),
      XDG_CONFIG_HOME: at('config'),
      XDG_DATA_HOME: at('data'),
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      GNOME_ACCESSIBILITY: '1',
      GTK_MODULES: 'gail:atk-bridge',
      SILENT_VOICE: at('voice'),
    }
    const desktop = new Desktop(folder, voice, env)
    try {
      await desktop.#begin(at)
      return desktop
    } catch (error) {
      await desktop.close()
      throw error
    }
  }

  /** For how long nothing has been said, and the screen reader has had next to nothing to do, in ms: on a busy machine it is late. */
  get quietMs(): number {
    return Math.min(this.voice.quietMs, Date.now() - this.#readerBusyAt)
  }

  /** Presses keys one after another, as xdotool names them: `Tab`, `ctrl+Home`. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await runFile('xdotool', ['key', '--clearmodifiers', key], { env: this.env })
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    await runFile('xdotool', ['type', '--delay', '60', text], { env: this.env })
  }

  /**
   * Clicks where the page of a browser is, and takes the pointer away, until a key comes to the page: on a busy machine the window may
   * be later than a click.
   */
  async bringKeyboardTo(page: Page): Promise<void> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      await runFile('xdotool', ['mousemove', '700', '500', 'click', '1', 'mousemove', '1399', '999'], { env: this.env })
      const isPressed = page.evaluate(
        waitMs =>
          new Promise<boolean>(resolve => {
            addEventListener('keydown', () => resolve(true), { once: true })
            setTimeout(resolve, waitMs, false)
          }),
        keyPatienceMs,
      )
      await this.press('Pause')
      if (await isPressed) return
    }
    throw new Error(`No key came to the page in ${mostTries} tries`)
  }

  /**
   * Does something of which the screen reader learns when it is done. Else it speaks of a page that is half loaded or not, as
   * chance has it.
   */
  async doAtOnce(act: () => Promise<unknown>): Promise<void> {
    await (this.#reader ? this.#reader.holdWhile(act) : act())
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    // The last first: each needs those before it.
    for (const part of this.#parts.splice(0).reverse()) await part.end()
    this.voice.close()
    this.#folder.remove()
  }

  async #begin(at: (...names: string[]) => string): Promise<void> {
    const { env } = this
    const display = this.#start('Xvfb', displayArguments)
    Object.assign(env, { DISPLAY: `:${await display.firstLine()}` })
    const bus = this.#start('dbus-daemon', ['--session', '--nofork', '--print-address=1'])
    Object.assign(env, { DBUS_SESSION_BUS_ADDRESS: await bus.firstLine() })
    this.#start('openbox', [])
    this.#start(atSpi, ['--launch-immediately', '--a11y=1', '--screen-reader=1'])
    const accessible = at('run', 'at-spi')
    await until(() => existsSync(accessible) && readdirSync(accessible).length > 0, 'AT-SPI does not listen')
    writeFileSync(
      at('speechd', 'speechd.conf'),
      [
        `LogDir "${at('run')}"`,
        'DefaultLanguage "en"',
        `AddModule "silent" "${join(projectRoot, 'test', 'spoken', 'silent-voice.mjs')}" ""`,
        'DefaultModule silent',
        'DisableAutoSpawn',
        '',
      ].join('\n'),
    )
    this.#start('speech-dispatcher', ['-s', '-C', at('speechd'), '-t', '0'])
    await until(() => existsSync(at('run', 'speech-dispatcher', 'speechd.sock')), 'speech-dispatcher does not listen')
    const profile = { profile: ['Default', 'default'], pronunciations: {}, keybindings: {}, ...orcaSettings }
    const settings = { general: orcaSettings, pronunciations: {}, keybindings: {}, profiles: { default: profile } }
    writeFileSync(at('data', 'orca', 'user-settings.conf'), JSON.stringify(settings))
    const reader = this.#start('orca', [])
    this.#reader = reader
    this.#timer = setInterval(() => this.#watchReader(), lookMs)
    await until(
      () => this.voice.count > 0,
      () => `Orca does not speak: ${reader.errors}`,
    )
  }

  #watchReader(): void {
    const ticks = this.#reader?.ticks ?? 0
    if (ticks - this.#readerTicks > idleTicks) this.#readerBusyAt = Date.now()
    this.#readerTicks = ticks
  }

  #start(command: string, args: readonly string[]): DesktopPart {
    const part = new DesktopPart(command, args, this.env)
    this.#parts.push(part)
    return part
  }
}
