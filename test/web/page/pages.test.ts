import express, { type Request, type Response } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Account, newAccount } from '#src/accounts/account.js'
import { type AccountSettings, defaultSettings } from '#src/accounts/settings.js'
import * as renderer from '#src/rendering/renderer.js'
import { themeColours } from '#src/rendering/theme-colours.js'
import { contextOf, renderPage, sendPage, sendRendered, viewerOf } from '#src/web/page/pages.js'
import { serveApp } from '../../support/served-app.js'

function accountWith(settings: Partial<AccountSettings>): Account {
  const account = newAccount({ id: 'ann', username: 'ann', email: 'ann', passwordHash: '', createdAt: 1 })
  return { ...account, settings: { ...defaultSettings, ...settings } }
}

/** What `work` makes of a request, and the answer. */
async function visit<T>(work: (request: Request, response: Response) => T, account: Account | null = null) {
  const made: T[] = []
  const app = express().use((request, response) => {
    request.account = account
    made.push(work(request, response))
    if (!response.headersSent) response.end()
  })
  const answer = await fetch(await serveApp(app), { headers: { 'accept-language': 'de, es-ES;q=0.5' } })
  return { made: made[0], answer }
}

const about = { heading: 'A heading', message: 'A message' }

describe('who looks at a page', () => {
  it('is nobody known before log-in, in the language of the browser', async () => {
    expect((await visit(viewerOf)).made).toEqual({ userId: '', language: 'de', zone: null, region: null })
  })

  it('is the person who is logged in, with the language and zone of their settings', async () => {
    const account = accountWith({ language: 'es', zone: 'Europe/Madrid' })
    expect((await visit(viewerOf, account)).made).toEqual({
      userId: 'ann',
      language: 'es',
      zone: 'Europe/Madrid',
      region: 'ES',
    })
  })

  it.each([
    [null, 'Asia/Dubai'],
    ['Europe/Madrid', 'Europe/Madrid'],
  ])('is in the zone of the session unless the settings say another: %j', async (zone, shown) => {
    const { made } = await visit(request => {
      Object.assign(request, { session: { zone: 'Asia/Dubai' } })
      return viewerOf(request)
    }, accountWith({ zone }))
    expect(made?.zone).toBe(shown)
  })

  it('decides how things are said', async () => {
    const { made } = await visit(request => contextOf(request), accountWith({ language: 'ar' }))
    expect([made?.language, made?.direction]).toEqual(['ar', 'rtl'])
  })
})

describe('a page', () => {
  const render = (account: Account | null, template = 'error', data: object = about) =>
    visit(request => renderPage(request, template, data), account)

  it('has neither theme nor size of text while both are the usual ones', async () => {
    for (const account of [null, accountWith({})]) {
      expect((await render(account)).made).toContain('<html lang="de" dir="ltr"><head>')
    }
  })

  it('has the theme and the size of text of its viewer', async () => {
    const { made } = await render(accountWith({ theme: 'dark', textSize: 'larger' }))
    expect(made).toContain('<html lang="de" dir="ltr" data-theme="dark" data-size="larger">')
  })

  it('has what it is about', async () => {
    const { made } = await render(null)
    expect(made).toMatch(/<h1>A heading<\/h1>.*<p>A message<\/p>/s)
  })

  it('has what its browser seals drafts by, and tells the zone anew only where it can be loaded again', async () => {
    const account = accountWith({})
    const pageOf = (change: (request: Request) => void) =>
      visit(request => {
        request.handDraftKey = () => 'the-key'
        Object.assign(request, { session: { zone: 'Asia/Dubai' } })
        change(request)
        return renderPage(request, 'error', about)
      }, account)
    const { made } = await pageOf(() => {})
    expect(made).toContain('<meta name="draft-key" content="the-key" data-owner="ann">')
    expect(made).toContain('<form data-told="Asia/Dubai" data-offset="-240" hx-post="/settings/zone"')
    const posted = await pageOf(request => {
      request.method = 'POST'
    })
    expect(posted.made).not.toContain('data-told')
    expect((await render(null)).made).not.toMatch(/draft-key|data-told/)
  })

  it('has the token in its forms, and an empty one where nothing makes tokens', async () => {
    const stale = { action: '/settings', fields: [] }
    expect((await render(null, 'stale', stale)).made).toContain('name="_csrf" value=""')
    const { made } = await visit(request => {
      request.csrfToken = () => 'the-token'
      return renderPage(request, 'stale', stale)
    })
    expect(made).toContain('name="_csrf" value="the-token"')
  })

  it.each([
    ['somebody with settings', { theme: 'light', textSize: 'large', sendKey: 'ctrl-enter' }, 'light', 'large'],
    ['somebody without', {}, '', ''],
  ] as const)('of %s gets what they have set, and no errors', async (_what, settings, theme, textSize) => {
    const rendered = vi.spyOn(renderer, 'render').mockReturnValue('page')
    onTestFinished(() => rendered.mockRestore())
    const others = { refreshSeconds: 15 as const, sounds: ['mine' as const], notifies: true }
    const account = accountWith({ ...settings, ...others })
    expect((await render(account, 'some', { heading: 'x' })).made).toBe('page')
    expect(rendered).toHaveBeenCalledExactlyOnceWith('pages/some', expect.objectContaining({ language: 'de' }), {
      ...{ csrfToken: '', errors: [], heading: 'x', theme, textSize, ...others },
      ...{ ownerId: 'ann', draftKey: '', toldZone: undefined, toldOffset: 0, hidesNames: false, hasDevice: false },
      mayHaveLostDevice: false,
      themeColours: themeColours(theme || 'system'),
      sendKey: 'sendKey' in settings ? settings.sendKey : 'auto',
    })
  })

  it('may say otherwise than the settings', async () => {
    const { made } = await render(accountWith({ theme: 'dark' }), 'error', { ...about, theme: 'light' })
    expect(made).toContain('data-theme="light"')
  })
})

describe('an answer with a page', () => {
  it('has its status and language, and differs by the language that is asked for', async () => {
    const { answer } = await visit((request, response) => sendRendered(request, response, 418, 'the page'))
    expect([answer.status, await answer.text()]).toEqual([418, 'the page'])
    const headers = ['content-type', 'content-language', 'vary'].map(name => answer.headers.get(name))
    expect(headers).toEqual(['text/html; charset=utf-8', 'de', 'Accept-Language'])
  })

  it('is rendered for whoever asks', async () => {
    const { answer } = await visit(
      (request, response) => sendPage(request, response, 404, 'error', about),
      accountWith({ theme: 'contrast' }),
    )
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('data-theme="contrast"')])
  })
})
