import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from '../support/browser/fixtures.js'
import { FaultProxy } from '../support/fault-proxy.js'

/** Milliseconds between the two presses, and until what is sent arrives. */
const betweenMs = 120

/** Presses a button twice. Moves nothing in between: the page of the first answer would have to come under it. */
async function pressTwice(page: Page, button: Locator): Promise<void> {
  await button.hover()
  for (const press of [1, 2]) {
    if (press === 2) await sleep(betweenMs)
    await page.mouse.down()
    await page.mouse.up()
  }
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1, exact: true })

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? '' : ', without JavaScript'
  test(`a double click on a slow line creates an account, changes its password and deletes it${how}`, async ({
    visit,
    base,
  }) => {
    const line = await FaultProxy.before(base)
    try {
      const page = await visit({ javaScriptEnabled, baseURL: line.url })
      const name = `twice-${javaScriptEnabled ? 'with' : 'without'}`
      const posts: string[] = []
      page.on('request', request => {
        if (request.method() === 'POST') posts.push(new URL(request.url()).pathname)
      })
      await page.goto('/register')
      line.delayMs = betweenMs
      await page.getByLabel('Username').fill(name)
      await page.getByLabel('Email').fill(`${name}@example.com`)
      await page.getByLabel('Password', { exact: true }).fill('long enough 1')
      await pressTwice(page, page.getByRole('button', { name: 'Create account' }))
      await expect(heading(page, 'Chats')).toBeVisible()

      await page.goto('/settings/account')
      await page.getByLabel('Current password').fill('long enough 1')
      await page.getByLabel('New password').fill('long enough 2')
      await pressTwice(page, page.getByRole('button', { name: 'Change password' }))
      await expect(page.getByText('Password changed.')).toBeVisible()

      await page.getByRole('textbox', { name: 'Password', exact: true }).fill('long enough 2')
      await pressTwice(page, page.getByRole('button', { name: 'Delete my account' }))
      await expect(page.getByText('Your account and all your chats have been deleted.')).toBeVisible()
      const paths = ['/register', '/settings/password', '/settings/delete']
      expect(posts).toEqual(paths.flatMap(path => [path, path]))
    } finally {
      await line.stop()
    }
  })
}
