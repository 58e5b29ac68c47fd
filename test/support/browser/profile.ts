import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, expect, type LaunchOptions } from '@playwright/test'
import type { HttpClient } from '../http-client.js'

/** A browser of somebody who is logged in, with a profile on disk. */
export class ProfiledBrowser {
  readonly context: BrowserContext
  readonly #folder: string

  private constructor(context: BrowserContext, folder: string) {
    this.context = context
    this.#folder = folder
  }

  static async open(base: string, { cookies }: HttpClient, launchOptions: LaunchOptions): Promise<ProfiledBrowser> {
    const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-profile-'))
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, baseURL: base })
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: base })))
    return new ProfiledBrowser(context, folder)
  }

  /** Opens a page, and resolves once its connection is there. */
  async visit(path: string) {
    const page = await this.context.newPage()
    await page.goto(path)
    await page.waitForSelector('#live[data-htmx-powered]')
    return page
  }

  /** Has a page write something plainly, and waits until the profile holds it, as proof that whatever is there is found. */
  async plant(text: string): Promise<void> {
    const [page] = this.context.pages().slice(-1)
    await page?.evaluate(witness => sessionStorage.setItem('witness', witness), text)
    await expect.poll(() => this.holds(text), { timeout: 20_000 }).toBe(true)
  }

  /** Whether something stands in a file of the profile: text as UTF-8 or UTF-16, or bytes. */
  async holds(sought: string | Buffer): Promise<boolean> {
    const written = await this.#readAll()
    if (typeof sought !== 'string') return written.includes(sought)
    return (['utf8', 'utf16le'] as const).some(encoding => written.includes(Buffer.from(sought, encoding)))
  }

  /** Closes the browser, which writes what it has not written yet. */
  close(): Promise<void> {
    return this.context.close()
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #readAll(): Promise<Buffer> {
    const entries = await readdir(this.#folder, { withFileTypes: true, recursive: true })
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
    // A file may go while it is read.
    return Buffer.concat(await Promise.all(files.map(file => readFile(file).catch(() => Buffer.alloc(0)))))
  }
}
