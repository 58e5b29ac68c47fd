import { chooseOption, openOptions } from '../support/browser/chat-options.js'
import { expect, logIn, message, send, test } from '../support/browser/fixtures.js'
import { expectUsable } from '../support/browser/probes.js'

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? '' : ', without JavaScript'
  test(`a page from before the last log-in goes on by one button${how}`, async ({ visit, person, tolerate }) => {
    tolerate(/status of 403/)
    const [ann, ben] = [await person('ann'), await person('ben')]
    const page = await visit({ javaScriptEnabled })
    await logIn(page, ann)
    await page.goto(`/people?q=${ben.name}`)
    await page.getByRole('button', { name: `Chat with ${ben.name}`, exact: true }).click()
    await chooseOption(page, `Block ${ben.name}`, 'link')
    const other = await page.context().newPage()
    await other.goto('/chats')
    await other.getByRole('button', { name: 'Log out' }).click()
    await logIn(other, ann)
    await page.getByRole('button', { name: 'Block', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'This page is out of date', level: 1 })).toBeVisible()
    if (javaScriptEnabled) await expectUsable(page, 'a stale form')
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByRole('heading', { name: `You blocked ${ben.name}`, level: 1 })).toBeVisible()
  })
}

test('a chat whose token is stale comes anew when it posts, with the draft', async ({ chat, tolerate }) => {
  tolerate(/status of 403/)
  const { ann } = await chat()
  const draft = ann.getByRole('textbox', { name: 'Message' })
  await draft.fill('a draft')
  await ann.evaluate(() => {
    for (const input of document.querySelectorAll<HTMLInputElement>('[name="_csrf"]')) input.value = 'of-yesterday'
  })
  const choose = async () => {
    await openOptions(ann)
    await ann.getByLabel('Message lifetime').selectOption({ label: '4 hours' })
    await ann.getByRole('button', { name: 'Apply for both of you' }).click()
  }
  await Promise.all([ann.waitForEvent('load'), choose()])
  await expect(ann.locator('#about')).not.toContainText('4 hours')
  await expect(draft).toHaveValue('a draft')
  await choose()
  await expect(ann.locator('#about')).toContainText('Messages vanish after 4 hours')
})

test('a message that a stale token held back goes out once the page has come anew', async ({ chat, tolerate }) => {
  tolerate(/status of 403/)
  const { ann, ben } = await chat()
  await ann.evaluate(() => {
    for (const input of document.querySelectorAll<HTMLInputElement>('[name="_csrf"]')) input.value = 'of-yesterday'
  })
  await send(ann, 'held back')
  await expect(message(ben, 'held back')).toHaveCount(1)
  await expect(message(ann, 'held back')).toHaveAttribute('data-status', /delivered|seen/)
})
