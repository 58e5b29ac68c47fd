import { randomBytes } from 'node:crypto'
import { expect, servers, test } from '../support/browser/fixtures.js'
import { ProfiledBrowser } from '../support/browser/profile.js'
import { newPair } from '../support/crowd.js'
import { noisyPicture } from '../support/images/pictures.js'
import { sendPicture } from '../support/images/sent-pictures.js'
import { picturesIn } from '../support/images/shown-pictures.js'

test.use({ serverEnv: servers.ofShortLives })

/** A piece of the middle of a file. */
const pieceOf = (file: Buffer) => file.subarray(file.length / 2, file.length / 2 + 24)

test('nothing that was sent is in the profile of a browser, neither of who wrote nor of who read', {
  tag: '@page',
}, async ({ base, launchOptions }) => {
  const { ann, ben, chat } = await newPair(base)
  const writer = await ProfiledBrowser.open(base, ann, launchOptions)
  const reader = await ProfiledBrowser.open(base, ben, launchOptions)
  const [writing, reading] = [await writer.visit(chat), await reader.visit(chat)]
  for (const browser of [writer, reader]) await browser.plant('WITNESS of the profile')

  const text = `text-${randomBytes(9).toString('hex')}`
  const alt = `description-${randomBytes(9).toString('hex')}`
  const composer = writing.getByRole('textbox', { name: 'Message' })
  await composer.fill(text)
  await composer.press('Enter')
  await expect(reading.getByRole('article').filter({ hasText: text })).toBeVisible()

  await sendPicture(ann, chat, { bytes: await noisyPicture('png', { width: 120, height: 90 }) }, { alt })
  const [address = ''] = picturesIn(await (await ben.get(chat)).text())
  const served = Buffer.from(await (await ben.get(address)).arrayBuffer())
  const pages = [writing, reading]
  await Promise.all(pages.map(page => expect(page.getByAltText(alt)).toBeVisible()))
  for (const path of ['/chats', chat]) await Promise.all(pages.map(page => page.goto(path)))
  for (const page of pages) await expect(page.getByRole('article')).toHaveCount(0)

  for (const browser of [writer, reader]) {
    await browser.close()
    const found = [text, alt, pieceOf(served)].map(sought => browser.holds(sought))
    expect(await Promise.all([...found, browser.holds('WITNESS')])).toEqual([false, false, false, true])
    await browser.remove()
  }
})
