import { expect, logIn, message, test } from '../support/browser/fixtures.js'
import { tabTo, typeAndTab } from '../support/browser/key-presses.js'
import { expectUsable } from '../support/browser/probes.js'

const operatorToken = 'a token for the tests alone, which nobody guesses'

test.use({ serverEnv: { REGISTRATION: 'invite', OPERATOR_TOKEN: operatorToken, DEMO_USERS: 'true' } })
test.describe.configure({ mode: 'default' })

test('who is invited sends a first message after 3 actions and at most 8 key presses, and the pages are usable', {
  tag: '@long',
}, async ({ visit }) => {
  const alice = await visit()
  await logIn(alice, { name: 'alice', email: 'alice@example.com', password: 'password123' })
  await alice.getByRole('link', { name: 'Settings' }).click()
  await alice.getByRole('link', { name: 'Account', exact: true }).click()
  await alice.getByRole('link', { name: 'Create an invite link' }).click()
  await expectUsable(alice, 'invites')
  await alice.getByRole('button', { name: 'Create a link' }).click()
  const link = await alice.getByRole('textbox').inputValue()
  await expectUsable(alice, 'invite that was made')
  await alice.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await alice.getByRole('button', { name: 'Copy' }).click()
  await expect(alice.getByText('Copied')).toBeVisible()
  expect(await alice.evaluate(() => navigator.clipboard.readText())).toBe(link)
  const guest = await visit()
  await guest.goto(link)
  await expectUsable(guest, 'registration by an invite')
  await expect(guest.getByLabel('Username')).toBeFocused()
  let actions = 0
  const act = async () => {
    actions += 1
    await guest.keyboard.press('Enter')
  }
  let tabs = await typeAndTab(guest, 'guest', 'Email')
  tabs += await typeAndTab(guest, 'guest@example.com', 'Password')
  await guest.keyboard.type('long enough 1')
  await act()
  await expect(guest.getByRole('searchbox', { name: 'Find people' })).toBeFocused()
  await guest.keyboard.type('alice')
  await expect(guest.getByText('1 person found')).toBeVisible()
  tabs += await tabTo(guest, 'Chat with alice')
  await act()
  await expect(guest.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await guest.keyboard.type('Hello')
  await act()
  await expect(message(guest, 'Hello')).toHaveAttribute('data-status', 'sent')
  expect(actions).toBe(3)
  expect(actions + tabs).toBeLessThanOrEqual(8)
})

test('without an invite the page says what is missing, and is usable', { tag: '@long' }, async ({
  visit,
  tolerate,
}) => {
  tolerate(/status of 403/)
  const stranger = await visit()
  await stranger.goto('/register')
  await expect(stranger.getByText('You need an invite')).toBeVisible()
  await expectUsable(stranger, 'registration without an invite')
})

test('a link by the operator sets a new password, once, and its page is usable', { tag: '@long' }, async ({
  base,
  visit,
  tolerate,
}) => {
  tolerate(/status of 4(04|10|22)/)
  const headers = { authorization: `Bearer ${operatorToken}` }
  const page = await visit()
  const answer = await page.request.post(`${base}/operator/accounts/bob/reset-password`, { headers })
  const { link } = await answer.json()
  await page.goto(link)
  await expectUsable(page, 'new password')
  await page.getByRole('button', { name: 'Set password' }).click()
  await expect(page).toHaveTitle(/^Error/)
  await expectUsable(page, 'new password, refused')
  await page.getByLabel('New password').fill('a new one for bob')
  await page.getByRole('button', { name: 'Set password' }).click()
  await logIn(page, { name: 'bob', email: 'bob@example.com', password: 'a new one for bob' })
  await page.goto(link)
  await expect(page.getByLabel('New password')).toHaveCount(0)
})
