import type { Page } from '@playwright/test'
import { openOptions } from '../support/browser/chat-options.js'
import { connected, test } from '../support/browser/faulty-chat.js'
import { expect, message, send, sendMany } from '../support/browser/fixtures.js'
import { keepSpeech, takeSpeech } from '../support/browser/ledgers.js'
import { liveRegionAddress, liveRegionCases } from '../support/browser/live-regions.js'

/** Longer than a burst, so that every announcement has come by then. */
const quietMs = 2500

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const announcer = (page: Page) => page.locator('#announcer p')

async function listen(page: Page): Promise<void> {
  await keepSpeech(page)
  await page.reload()
  await connected(page)
}

test('loading, writing, ticks and what the other shows say nothing; what comes is said once', async ({ chat }) => {
  const { ann, ben, benPerson } = await chat()
  await send(ben, 'stood there before')
  await expect(message(ann, 'stood there before')).toBeVisible()
  await listen(ann)
  await send(ann, 'my own words')
  await expect(message(ann, 'my own words')).toHaveAttribute('data-status', 'seen')
  await ann.waitForTimeout(quietMs)
  expect(await takeSpeech(ann)).toEqual([])

  await send(ben, 'hello')
  await expect(announcer(ann)).toHaveText(`${benPerson.name}: hello`)
  expect(await takeSpeech(ann)).toEqual([`${benPerson.name}: hello`])

  await sendMany(ben, 20, 'burst', { together: true })
  await expect(message(ann, 'burst')).toHaveCount(20)
  await ann.waitForTimeout(quietMs)
  const burst = await takeSpeech(ann)
  expect(burst.length).toBeLessThanOrEqual(2)
  const counts = burst.map(each => Number(/^(\d+) new messages?$/.exec(each)?.[1] ?? 1))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20)
  // Nobody who reads through the page is to find it.
  await expect(announcer(ann)).toHaveCount(0)
})

test('typing is said after two seconds, once, and a message that breaks it off is said alone', async ({ chat }) => {
  const { ann, ben, benPerson } = await chat()
  await listen(ann)
  await composer(ben).press('x')
  await expect(ann.getByText(`${benPerson.name} is typing`, { exact: true })).toBeVisible()
  await expect(ann.locator('#typing')).toBeEmpty()
  expect(await takeSpeech(ann)).toEqual([])
  await composer(ben).pressSequentially('this takes quite a while', { delay: 250 })
  await send(ben, 'done')
  await expect(announcer(ann).filter({ hasText: 'done' })).toBeVisible()
  expect(await takeSpeech(ann)).toEqual([`${benPerson.name} is typing`, `${benPerson.name}: done`])
})

test('a line lost and back is said, with what was missed as a count', async ({ faultyChat }) => {
  const { ann, benClient, faults, path } = await faultyChat()
  await listen(ann)
  faults.isDown = true
  faults.cut()
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  for (let index = 0; index < 4; index += 1) {
    await benClient.post(`${path}/messages`, { content: `missed ${index}`, nonce: `missed-${index}` }, path)
  }
  faults.heal()
  await expect(message(ann, 'missed 3')).toBeVisible()
  await ann.waitForTimeout(2 * quietMs)
  expect(await takeSpeech(ann)).toEqual(['Reconnecting', 'Connected again', '4 new messages'])
})

test('what cannot go out is said to be sending after three seconds, and not sent at once', async ({ faultyChat }) => {
  const { ann, faults } = await faultyChat()
  await listen(ann)
  faults.drop('up')
  const since = Date.now()
  await send(ann, 'on its way')
  await expect(ann.locator('#slow')).toHaveText('Sending')
  expect(Date.now() - since).toBeGreaterThan(2900)
  expect(await takeSpeech(ann)).toEqual(['Sending'])
  faults.heal()
  await expect(message(ann, 'on its way')).toHaveAttribute('data-status', /sent|delivered|seen/, { timeout: 15_000 })
  await takeSpeech(ann)
  await send(ann, 'x'.repeat(5001))
  await expect(ann.locator('.pending').getByText('Not sent', { exact: true })).toBeVisible()
  expect((await takeSpeech(ann)).filter(each => each !== 'Connected again')).toEqual([
    'Not sent: This message is too long. Use at most 5000 characters.',
  ])
  await expect(ann.locator('#not-sent')).toBeEmpty()
})

test('what describes the field or the message with the focus stands still, as all of it would be said again', async ({
  chat,
}) => {
  const { ann, ben, path } = await chat()
  const said = (life: string) =>
    `Enter sends. Shift+Enter starts a new line. Messages vanish after ${life}, from both screens.`
  await composer(ann).focus()
  await openOptions(ben)
  await ben.getByLabel('Message lifetime').selectOption({ label: '5 minutes' })
  await ben.getByRole('button', { name: 'Apply for both of you' }).click()
  await expect(ann.locator('#about')).toContainText('Messages vanish after 5 minutes')
  await expect(composer(ann)).toHaveAccessibleDescription(said('1 hour'))
  await ann.getByRole('region', { name: 'Messages' }).focus()
  await expect(composer(ann)).toHaveAccessibleDescription(said('5 minutes'))

  await ben.goto('/chats')
  await send(ann, 'where are you')
  const own = message(ann, 'where are you')
  await expect(own).toHaveAttribute('data-status', 'delivered')
  await own.focus()
  await ben.goto(path)
  await expect(own).toHaveAttribute('data-status', 'seen')
  await expect(own.locator('.status')).toHaveText('Seen')
  await expect(own).toHaveAccessibleDescription(/^where are you \d\d:\d\d.* until .+ Delivered$/)
  await ann.keyboard.press('End')
  await expect(own).toBeFocused()
  await expect(own).toHaveAccessibleDescription(/^where are you \d\d:\d\d.* until .+ Seen$/)
  await composer(ann).focus()
  await expect(own).toHaveAccessibleDescription(/ Seen$/)
})

test('how many messages are new is in the name of the chat until the focus moves on from where it came', async ({
  chat,
}) => {
  const { ann, ben, benPerson, path } = await chat()
  await ann.goto('/chats')
  await send(ben, 'new')
  await ann.goto(path)
  const main = ann.getByRole('main')
  await expect(main).toHaveAccessibleName(`Chat with ${benPerson.name} 1 new message`)
  await connected(ann)
  await composer(ann).focus()
  await ann.keyboard.press('Shift+Tab')
  await expect(main).toHaveAccessibleName(`Chat with ${benPerson.name}`)
})

test('who wants to hear nothing hears nothing', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  await ann.goto('/settings/accessibility')
  for (const box of ['New messages', 'Someone is typing', 'Someone comes online or goes offline']) {
    await ann.getByRole('checkbox', { name: box }).uncheck()
  }
  await ann.getByRole('button', { name: 'Save settings' }).click()
  await expect(ann.getByText('Settings saved')).toBeVisible()
  await keepSpeech(ann)
  await ann.goto(path)
  await connected(ann)
  await send(ben, 'psst')
  await expect(message(ann, 'psst')).toBeVisible()
  await ann.waitForTimeout(quietMs)
  expect(await takeSpeech(ann)).toEqual([])
})

test('the ledger of speech counts what is said in every browser, and nothing that is silent in one', async ({
  page,
}) => {
  await keepSpeech(page)
  await page.goto(liveRegionAddress)
  for (const { name, isSaid, change } of liveRegionCases) {
    await page.evaluate(change, name)
    expect(await takeSpeech(page), name).toEqual(isSaid ? [name] : [])
  }
})
