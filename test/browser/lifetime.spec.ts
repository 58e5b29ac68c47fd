import { openOptions } from '../support/browser/chat-options.js'
import { expect, message, send, test } from '../support/browser/fixtures.js'
import { expectUsable } from '../support/browser/probes.js'

test.use({ serverEnv: { MESSAGE_TTL_MS: '40000' } })
test.describe.configure({ mode: 'default' })

test('either chooses how long messages live, and both are told', async ({ chat }) => {
  const { ann, ben, annPerson } = await chat()
  await ann.getByRole('textbox', { name: 'Message' }).fill('a draft')
  await ben.getByRole('textbox', { name: 'Message' }).fill('another')
  await openOptions(ann)
  await expectUsable(ann, 'menu of a chat')
  await ann.getByLabel('Message lifetime').selectOption({ label: '4 hours' })
  await ann.getByRole('button', { name: 'Apply for both of you' }).click()
  for (const page of [ann, ben]) {
    await expect(page.locator('#about')).toContainText('Messages vanish after 4 hours')
    await expect(page.locator('#lifetime')).toHaveValue('14400000')
  }
  await expect(ann.locator('#list .event')).toHaveText('You changed how long messages live: 4 hours')
  await expect(ben.locator('#list .event')).toHaveText(`${annPerson.name} changed how long messages live: 4 hours`)
  await expect(ann.getByRole('button', { name: 'Apply for both of you' })).toBeHidden()
  await expect(ann.getByRole('button', { name: 'Chat options' })).toBeFocused()
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(ann.getByRole('textbox', { name: 'Message' })).toHaveValue('a draft')
  await send(ben, 'lives long')
  await expect(message(ann, 'lives long')).toBeVisible()
  await expect(ann.locator('#list .event + li article')).toHaveCount(1)
  await openOptions(ann)
  await ann.getByLabel('Message lifetime').selectOption({ label: '5 minutes after being seen' })
  await ann.getByRole('button', { name: 'Apply for both of you' }).click()
  await expect(ben.locator('#about')).toContainText('Messages vanish 5 minutes after they are seen')
  await expect(ben.locator('#lifetime')).toHaveValue('300000 seen')
  await ben.locator('#messages').evaluate(messages => messages.setAttribute('hidden', ''))
  await send(ann, 'waits')
  await expect(message(ann, 'waits')).toContainText('until seen, then 5 minutes')
  await expect(message(ann, 'waits')).toHaveAccessibleDescription(/until seen, then 5 minutes Delivered$/)
  await ben.locator('#messages').evaluate(messages => messages.removeAttribute('hidden'))
  for (const page of [ann, ben]) await expect(message(page, 'waits')).toContainText(/until (\w{3} )?\d\d:\d\d/)
  const events = ann.locator('#list li.event')
  await expect(events).toHaveCount(2)
  await events.first().evaluate(event => {
    event.setAttribute('data-remaining', '1')
    event.dispatchEvent(new Event('htmx:after:swap', { bubbles: true }))
  })
  await expect(events).toHaveCount(1)
})

test('one warning with one button keeps messages for both, and forms do it where there is no script', {
  tag: '@long',
}, async ({ chat, visit }) => {
  test.setTimeout(240_000)
  const { ann, ben, path } = await chat()
  await send(ann, 'worth keeping')
  await expect(message(ben, 'worth keeping')).toBeVisible()
  const wouldEndAt = Date.now() + 40_000
  await message(ann, 'worth keeping').focus()
  await ann.keyboard.press('Enter')
  await ann.keyboard.press('Enter')
  await expect(ann.locator('#replying')).toContainText('worth keeping')
  await ben.getByRole('textbox', { name: 'Message' }).fill('in the middle of a sentence')
  const keep = (page: typeof ann) => page.getByRole('button', { name: 'Keep 40 more seconds' })
  for (const page of [ann, ben]) {
    await expect(keep(page)).toBeVisible({ timeout: 25_000 })
    await expect(page.locator('#warning').filter({ hasText: 'Oldest messages vanish in 20 seconds' })).toBeVisible()
  }
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expectUsable(ann, 'warning')
  await ben.getByRole('button', { name: 'Dismiss' }).click()
  await expect(keep(ben)).toHaveCount(0)
  await ben.getByRole('textbox', { name: 'Message' }).focus()
  await keep(ann).focus()
  await ann.keyboard.press('Enter')
  for (const page of [ann, ben]) {
    await expect(message(page, 'worth keeping')).toContainText('kept until')
    await expect(keep(page)).toHaveCount(0)
  }
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await send(ben, 'hello')
  await expect(message(ann, 'hello')).toBeVisible()
  const plain = await visit({ javaScriptEnabled: false })
  await plain.context().addCookies(await ann.context().cookies())
  await plain.goto(path)
  await openOptions(plain)
  await expect(plain.getByRole('button', { name: 'Pause updates' })).toHaveCount(0)
  await plain.getByLabel('Message lifetime').selectOption({ label: '5 minutes' })
  await plain.getByRole('button', { name: 'Apply for both of you' }).click()
  await expect(plain.locator('#about')).toContainText('Messages vanish after 5 minutes')
  await expect(ben.locator('#about')).toContainText('Messages vanish after 5 minutes')
  await expect(async () => {
    await plain.goto(path)
    await expect(plain.getByRole('button', { name: 'Keep 40 more seconds' })).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 30_000 })
  await plain.getByRole('button', { name: 'Keep 40 more seconds' }).click()
  await expect(message(plain, 'hello')).toContainText('kept until')
  await expect(message(ben, 'hello')).toContainText('kept until')
  // What was kept is there after the time at which it would have gone.
  await ann.waitForTimeout(Math.max(0, wouldEndAt - Date.now()))
  await expect(message(ann, 'worth keeping')).toBeVisible()
  await expect(message(ben, 'worth keeping')).toBeVisible()
  await expect(ann.locator('#replying')).toContainText('worth keeping')
})
