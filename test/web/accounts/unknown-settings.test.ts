import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { scratchFolder } from '../../support/leftovers.js'
import { startOneServer } from '../../support/test-server.js'

it('a theme that only another version knows is replaced, also by the default, once the form with the theme is saved', async () => {
  const folder = scratchFolder('settings')
  onTestFinished(() => folder.remove())
  const path = join(folder.path, 'accounts.json')
  const own = await startOneServer({ ACCOUNTS_URL: `file:${path}`, DEMO_USERS: 'false' })
  await newcomer(own.url)
  await own.stop()
  const file = JSON.parse(await readFile(path, 'utf8'))
  file.accounts[0].settings.theme = 'sepia'
  await writeFile(path, JSON.stringify(file))
  const { email } = file.accounts[0]

  const later = await startOneServer({ ACCOUNTS_URL: `file:${path}`, DEMO_USERS: 'false' })
  onTestFinished(() => later.stop())
  const again = new HttpClient(later.url)
  await again.logIn(email, 'long enough 1')
  const storedAfter = async (page: string, fields: Record<string, string>) => {
    await again.post(page, fields)
    return JSON.parse(await readFile(path, 'utf8')).accounts[0].settings
  }
  expect(await storedAfter('/settings/notifications', { notifies: 'yes' })).toMatchObject({
    ...{ theme: 'sepia', notifies: true },
  })
  expect(await storedAfter('/settings', { theme: 'system' })).toMatchObject({ theme: 'system', notifies: true })
})
