import { chromium, type Page } from '@playwright/test'
import { waysOut } from '../field/ways-out.js'
import { expect, logIn, test } from '../support/browser/fixtures.js'
import { ProfiledBrowser } from '../support/browser/profile.js'
import { newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })
/**
 * What the browser keeps for this tab, and for all tabs: everything but that sockets failed, that somebody has left, and how
 * far the list of chats is scrolled.
 */
const kept = (page: Page) =>
  page.evaluate(() =>
    [...Object.entries(sessionStorage), ...Object.entries(localStorage)].filter(
      ([key]) => !['stream', 'left', 'side'].includes(key),
    ),
  )

for (const { name, leave } of waysOut) {
  test(`${name} leaves no unsent text in any tab`, async ({ chat, base, tolerate }) => {
    tolerate(/status of 40[134]/)
    const { ann, annPerson, path } = await chat()
    const tab = await ann.context().newPage()
    await tab.goto(path)
    await tab.waitForSelector('#live[data-htmx-powered]')
    const sleeping = await ann.context().newPage()
    await sleeping.goto(path)
    for (const page of [ann, tab, sleeping]) {
      await composer(page).fill('PLANTED in a draft')
      await expect.poll(() => kept(page)).toHaveLength(1)
    }
    // It shows another site while the person leaves.
    await sleeping.goto('about:blank')
    await tab.goto('/settings/account')
    expect(await kept(tab)).toHaveLength(1)
    const elsewhere = new HttpClient(base)
    await elsewhere.logIn(annPerson.email, annPerson.password)
    await leave({ tab, elsewhere, password: annPerson.password })
    await expect(ann.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
    await sleeping.goto('/register')
    for (const page of [ann, tab, sleeping]) await expect.poll(() => kept(page)).toEqual([])
    if (/account/.test(name)) return
    const password = /password/.test(name) ? 'long enough 2' : annPerson.password
    await logIn(ann, { ...annPerson, password })
    await ann.goto(path)
    await ann.waitForSelector('#live[data-htmx-powered]')
    await composer(ann).press('End')
    await expect(composer(ann)).toHaveValue('')
  })
}

test('a draft outlives a session that has merely ended, and is given to nobody else who logs in', async ({
  chat,
  visit: _visit,
}) => {
  const { ann, benPerson, annPerson, path } = await chat()
  await composer(ann).fill('half a thought')
  await expect.poll(() => kept(ann)).toHaveLength(1)
  await ann.context().clearCookies()
  await ann.goto(path)
  await ann.getByLabel('Email').fill(annPerson.email)
  await ann.getByLabel('Password').fill(annPerson.password)
  await ann.getByRole('button', { name: 'Log in' }).click()
  await expect(composer(ann)).toHaveValue('half a thought')
  await ann.context().clearCookies()
  await logIn(ann, benPerson)
  await expect.poll(() => kept(ann)).toEqual([])
  await ann.goto(path)
  await ann.waitForSelector('#live[data-htmx-powered]')
  await expect(composer(ann)).toHaveValue('')
})

test('what is typed as a page is reloaded, or before it has opened the draft, is not lost', async ({ chat }) => {
  const { ann, path } = await chat()
  for (let round = 1; round <= 5; round += 1) {
    await composer(ann).pressSequentially(`${round}`)
    await expect.poll(() => kept(ann)).toHaveLength(1)
    await ann.reload()
    await expect(composer(ann)).toHaveValue('12345'.slice(0, round))
  }
  // A slow machine: the person types while the draft is being opened.
  await ann.addInitScript(() => {
    const decrypt = crypto.subtle.decrypt.bind(crypto.subtle)
    crypto.subtle.decrypt = async (...parameters: Parameters<SubtleCrypto['decrypt']>) => {
      await new Promise(resolve => document.addEventListener('go-on', resolve))
      return decrypt(...parameters)
    }
  })
  await ann.goto(path)
  await composer(ann).pressSequentially('6')
  await ann.evaluate(() => document.dispatchEvent(new Event('go-on')))
  await expect(composer(ann)).toHaveValue('123456')
  await ann.goto(path)
  await composer(ann).pressSequentially('sent')
  await composer(ann).press('Enter')
  await ann.evaluate(() => document.dispatchEvent(new Event('go-on')))
  await expect(ann.getByRole('article').locator('.text')).toHaveText(['sent'])
  await expect(composer(ann)).toHaveValue('123456')
})

test('the disk of who writes never holds their words: typed, sent, gone and closed', async ({
  base,
  launchOptions,
}) => {
  const { ann, chat } = await newPair(base)
  const browser = await ProfiledBrowser.open(base, ann, launchOptions)
  const page = await browser.visit(chat)
  await composer(page).pressSequentially('PLANTED while typing')
  await browser.plant('WITNESS of the draft')
  expect(await kept(page)).toHaveLength(2)
  await composer(page).press('Enter')
  await expect(page.getByRole('article')).toHaveAttribute('data-status', /sent|delivered|seen/)
  expect(await browser.holds('PLANTED')).toBe(false)
  await browser.close()
  expect([await browser.holds('WITNESS'), await browser.holds('PLANTED')]).toEqual([true, false])
  await browser.remove()
})

test('a page that the browser keeps for the way back is empty there, and says nothing until the server has said whose it is', async ({
  chat,
}) => {
  const { ann, benPerson } = await chat()
  const turn = (name: string, persisted: boolean) =>
    ann.evaluate(turned => dispatchEvent(new PageTransitionEvent(turned.name, turned)), { name, persisted })
  await turn('pagehide', false)
  await expect(ann.getByRole('heading', { name: `Chat with ${benPerson.name}` })).toBeVisible()
  await turn('pagehide', true)
  await expect(ann.locator('body')).toBeEmpty()
  await turn('pageshow', true)
  await expect(ann.getByRole('heading', { name: `Chat with ${benPerson.name}` })).toBeVisible()
  await turn('pagehide', true)
  await ann.context().clearCookies()
  await turn('pageshow', true)
  await expect(ann.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
})

test('over plain http a draft lives in its page alone: who leaves is asked, and the settings say so', async ({
  base,
  launchOptions,
  chat,
}) => {
  const { annPerson, ann, path } = await chat()
  const hint = (page: Page) => page.getByText('is lost when you leave its page or have to log in again')
  await ann.goto('/settings')
  await expect(hint(ann)).toBeHidden()
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), '--host-resolver-rules=MAP chat.test 127.0.0.1'],
  })
  const url = new URL(base)
  url.hostname = 'chat.test'
  const page = await browser.newPage({ baseURL: url.href })
  await logIn(page, annPerson)
  await page.goto(path)
  await page.waitForSelector('#live[data-htmx-powered]')
  await composer(page).fill('half a thought')
  await composer(page).press('Enter')
  await expect(page.getByRole('article').locator('.text')).toHaveText(['half a thought'])
  await composer(page).fill('another half')
  expect(await kept(page)).toEqual([])
  const asked: string[] = []
  let leaves = false
  page.on('dialog', dialog => {
    asked.push(dialog.type())
    void (leaves ? dialog.accept() : dialog.dismiss())
  })
  // The session ends; the page learns of it when it connects anew. Who stays can still copy the draft.
  await page.context().clearCookies()
  await expect
    .poll(async () => {
      await page.evaluate(() => document.querySelector<HTMLElement>('#live')?._htmx?.ws?.connection?.socket?.close())
      return asked
    })
    .toEqual(['beforeunload'])
  await expect(composer(page)).toHaveValue('another half')
  leaves = true
  await logIn(page, annPerson)
  expect(asked).toEqual(['beforeunload', 'beforeunload'])
  await page.goto('/settings')
  await expect(hint(page)).toBeVisible()
  await page.goto(path)
  await page.waitForSelector('#live[data-htmx-powered]')
  await composer(page).press('End')
  await expect(composer(page)).toHaveValue('')
  await page.goto('/settings')
  expect(asked).toHaveLength(2)
  await browser.close()
})
