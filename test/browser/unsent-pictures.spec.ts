// Long because every way of leaving a picture behind stands here.
import type { Dialog, Page } from '@playwright/test'
import { chooseOption } from '../support/browser/chat-options.js'
import { connected, test } from '../support/browser/faulty-chat.js'
import { expect, logIn, message, send, startChat } from '../support/browser/fixtures.js'
import {
  chooseFiles,
  choosePictures,
  holdBack,
  pictureDescription,
  pictureTooBig,
} from '../support/browser/picture-choice.js'
import { expectUsable } from '../support/browser/probes.js'
import { newcomer } from '../support/crowd.js'
import { plainPicture } from '../support/images/pictures.js'

const words = 'Our garden in spring'
const description = 'Tulips before a wall'
const delayed = 'The connection is too slow right now. The picture will appear here'
const chooseAgain = 'The picture has to be chosen again'
const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const pending = (page: Page) => page.locator('.pending')
const picture = async () => ({
  name: 'a.png',
  mimeType: 'image/png',
  buffer: await plainPicture('png', { width: 60, height: 40 }),
})

/** Chooses a picture and writes its description and the words beside it. */
async function prepare(page: Page, file?: Awaited<ReturnType<typeof picture>>): Promise<void> {
  await choosePictures(page, [file ?? (await picture())])
  await page.getByLabel(pictureDescription).fill(description)
  await composer(page).fill(words)
}

/** Sends a picture with words whose upload never ends. */
async function uploadForEver(page: Page): Promise<void> {
  await page.route('**/chats/*/images', () => {})
  await prepare(page)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('progressbar', { name: 'Uploading picture' })).toBeVisible()
}

/** Answers what the browser asks a person who leaves, and returns what it asked. */
function answerLeaving(page: Page, leaves: boolean): string[] {
  const asked: string[] = []
  page.on('dialog', (dialog: Dialog) => {
    asked.push(dialog.type())
    void (leaves ? dialog.accept() : dialog.dismiss())
  })
  return asked
}

async function expectGivenBack(page: Page): Promise<void> {
  await expect(composer(page)).toHaveValue(words)
  await expect(page.getByRole('alert').filter({ hasText: chooseAgain })).toBeVisible()
  await expect(pending(page)).toHaveCount(0)
}

/** Chooses the picture again, which has the description that it had. */
async function chooseAnew(page: Page): Promise<void> {
  await choosePictures(page, [await picture()])
  await expect(page.getByText(chooseAgain)).toHaveCount(0)
  await expect(page.getByLabel(pictureDescription)).toHaveValue(description)
}

/** Chooses the picture again and sends it; the other gets it once, with its words and its description. */
async function expectSentWhole(page: Page, other: Page): Promise<void> {
  await page.unroute('**/chats/*/images')
  await chooseAnew(page)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(message(other, words).getByRole('img', { name: description })).toBeVisible()
  await expect(other.locator('#list article')).toHaveCount(1)
}

const waysOut: [how: string, (page: Page, path: string, otherChat: string) => Promise<unknown>][] = [
  ['a reload', page => page.reload()],
  [
    'settings and back',
    async (page, path) => {
      await page.goto('/settings')
      await page.goto(path)
    },
  ],
  [
    'settings and the way back of the browser',
    async page => {
      await page.goto('/settings')
      await page.goBack()
    },
  ],
  [
    'another chat and back, by their links',
    async (page, path, otherChat) => {
      await page.locator(`nav a[href="${otherChat}"]`).click()
      await expect(page).toHaveURL(new RegExp(otherChat))
      await page.locator(`nav a[href="${path}"]`).click()
    },
  ],
]

for (const [how, leave] of waysOut) {
  test(`a picture on its way asks who leaves; after ${how} its words wait for it instead of going alone`, async ({
    chat,
    base,
  }) => {
    const { ann, ben, path, annPerson } = await chat()
    // A second chat in the list, which Ann has written in.
    await newcomer(base, `third.${annPerson.name}`)
    await ann.goto(`/people?q=third.${annPerson.name}`)
    await ann.getByRole('button', { name: /^Chat with third/ }).click()
    const otherChat = new URL(ann.url()).pathname
    await connected(ann)
    await send(ann, 'hello there')
    await expect(message(ann, 'hello there')).toBeVisible()
    await ann.goto(path)
    await connected(ann)
    await uploadForEver(ann)
    const asked = answerLeaving(ann, true)
    await leave(ann, path, otherChat)
    expect(asked).toEqual(['beforeunload'])
    await connected(ann)
    await expectGivenBack(ann)
    await expectSentWhole(ann, ben)
  })
}

test('who is asked and stays loses nothing: the upload goes on, and arrives with its words', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  const release = await holdBack(ann, '**/chats/*/images')
  await prepare(ann)
  await ann.getByRole('button', { name: 'Send' }).click()
  const asked = answerLeaving(ann, false)
  await ann.getByRole('link', { name: 'Settings' }).first().click()
  await expect.poll(() => asked).toEqual(['beforeunload'])
  await ann.getByRole('button', { name: 'Log out' }).first().click()
  await expect.poll(() => asked).toEqual(['beforeunload', 'beforeunload'])
  await expect(ann).toHaveURL(new RegExp(path))
  release()
  await expect(message(ben, words).getByRole('img', { name: description })).toBeVisible()
  await expect(pending(ann)).toHaveCount(0)
  ann.removeAllListeners('dialog')
  const askedLater = answerLeaving(ann, true)
  await ann.goto('/settings')
  expect(askedLater).toEqual([])
})

test('over a slow line too: nothing of a picture that was left behind arrives', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  const devtools = await ann.context().newCDPSession(ann)
  const kilobit = 1000 / 8
  await choosePictures(ann, [
    {
      name: 'a.gif',
      mimeType: 'image/gif',
      buffer: Buffer.concat([await plainPicture('gif', { width: 9, height: 9 }), Buffer.alloc(1_000_000)]),
    },
  ])
  await composer(ann).fill(words)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 100,
    downloadThroughput: 480 * kilobit,
    uploadThroughput: 480 * kilobit,
  })
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect
    .poll(() => ann.getByRole('progressbar').evaluate((bar: HTMLProgressElement) => bar.value))
    .toBeGreaterThan(0)
  const asked = answerLeaving(ann, true)
  await ann.goto('/settings')
  expect(asked).toEqual(['beforeunload'])
  await ann.goto(path)
  await expect(composer(ann)).toHaveValue(words)
  await expect(ann.getByText(chooseAgain)).toBeVisible()
  await expect(ben.locator('#list article')).toHaveCount(0)
})

test('after a refusal too the words are given back instead of going alone, and nobody is asked', async ({
  chat,
  tolerate,
}) => {
  tolerate(/status of 4\d\d/)
  const { ann, ben, path } = await chat()
  await prepare(ann, await pictureTooBig())
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(ann.locator('.pending')).toContainText("This picture's file is too big")
  const asked = answerLeaving(ann, true)
  await ann.goto('/settings')
  await ann.goto(path)
  expect(asked).toEqual([])
  await connected(ann)
  await expectGivenBack(ann)
  await expectUsable(ann, 'a picture that has to be chosen again')
  // Once more, as often as the page is loaded.
  await ann.reload()
  await connected(ann)
  await expectGivenBack(ann)
  await expectSentWhole(ann, ben)
})

test('who was told may send the words alone, and is not told again', async ({ chat }) => {
  const { ann, ben } = await chat()
  await uploadForEver(ann)
  answerLeaving(ann, true)
  await ann.reload()
  await connected(ann)
  await expectGivenBack(ann)
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(message(ben, words)).toBeVisible()
  await expect(ann.getByText(chooseAgain)).toHaveCount(0)
  await ann.reload()
  await connected(ann)
  await expect(ann.getByText(chooseAgain)).toHaveCount(0)
  await choosePictures(ann, [await picture()])
  await expect(ann.getByLabel(pictureDescription)).toHaveValue('')
})

test('a picture whose upload has ended is sent with its words after a reload', { tag: '@sockets' }, async ({
  faultyChat,
}) => {
  const { ann, ben, faults } = await faultyChat()
  await prepare(ann)
  // The upload gets through, the message does not.
  faults.refusesUpgrades = true
  faults.cut()
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(ann.locator('.pending article[data-status=sending]')).toBeVisible()
  faults.refusesUpgrades = false
  const asked = answerLeaving(ann, true)
  await ann.reload()
  expect(asked).toEqual([])
  await expect(message(ben, words).getByRole('img', { name: description })).toBeVisible()
  await expect(ben.locator('#list article')).toHaveCount(1)
})

test('Edit gives words, description and picture back where the line failed, and where the server said no says so', async ({
  chat,
  tolerate,
}) => {
  tolerate(/ERR_FAILED|status of 413/)
  const { ann, ben } = await chat()
  await ann.route('**/chats/*/images', route => route.abort())
  await prepare(ann)
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(ann.locator('.pending')).toContainText("Couldn't upload the picture")
  await ann.getByRole('button', { name: 'Edit' }).click()
  await expect(ann.locator('.picture-form img')).toBeVisible()
  await expect(ann.getByLabel(pictureDescription)).toHaveValue(description)
  await expect(composer(ann)).toHaveValue(words)
  await ann.unroute('**/chats/*/images')
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(message(ben, words).getByRole('img', { name: description })).toBeVisible()
  await prepare(ann, await pictureTooBig())
  await ann.getByRole('button', { name: 'Send' }).click()
  await ann.getByRole('button', { name: 'Edit' }).click()
  await expectGivenBack(ann)
  await chooseAnew(ann)
})

test('Cancel gives the words back', async ({ chat }) => {
  const { ann, ben } = await chat()
  await uploadForEver(ann)
  await ann.getByRole('button', { name: 'Cancel' }).click()
  await expect(composer(ann)).toHaveValue(words)
  await expect(ann.getByText(chooseAgain)).toHaveCount(0)
  await send(ann, 'something else')
  await expect(ben.locator('#list article .text')).toHaveText(['something else'])
})

test('a chosen picture and its description, left when the session ends, are spoken of after the next log-in', async ({
  person,
  visit,
}) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const ann = await visit()
  await logIn(ann, annPerson)
  await startChat(ann, benPerson)
  await connected(ann)
  await prepare(ann)
  await expect(ann.locator('.picture-form img')).toBeVisible()
  const asked = answerLeaving(ann, true)
  // The session ends without anybody having left, as by its time; the page learns of it when it connects anew.
  await ann.context().clearCookies()
  await ann.evaluate(() => document.querySelector<HTMLElement>('#live')?._htmx?.ws?.connection?.socket?.close())
  await expect(ann.getByRole('heading', { name: 'Log in' })).toBeVisible()
  // Nobody could keep the page by staying.
  expect(asked).toEqual([])
  await ann.getByLabel('Email').fill(annPerson.email)
  await ann.getByLabel('Password').fill(annPerson.password)
  await ann.getByRole('button', { name: 'Log in' }).click()
  await connected(ann)
  await expectGivenBack(ann)
  await chooseAnew(ann)
})

test('a chat that ends while a picture is on its way gives its words back in the next chat of the two', async ({
  chat,
}) => {
  const { ann, ben, benPerson } = await chat()
  await uploadForEver(ann)
  const asked = answerLeaving(ann, true)
  await chooseOption(ben, 'End chat')
  await ben.getByRole('button', { name: 'End for both' }).click()
  await expect(ann.getByRole('heading', { name: 'This chat is gone' })).toBeVisible()
  await ann
    .getByRole('button', { name: `Chat with ${benPerson.name}` })
    .first()
    .click()
  await connected(ann)
  await expectGivenBack(ann)
  expect(asked).toEqual([])
  await chooseAnew(ann)
})

test('several that wait are each chosen again with their own description', async ({ chat }) => {
  const { ann, ben } = await chat()
  await choosePictures(ann, [await picture(), await picture()])
  await ann.getByLabel(pictureDescription).first().fill('The first')
  await ann.getByLabel(pictureDescription).last().fill('The second')
  answerLeaving(ann, true)
  await ann.reload()
  await connected(ann)
  await expect(ann.getByText(chooseAgain)).toBeVisible()
  await choosePictures(ann, [await picture()])
  await expect(ann.getByLabel(pictureDescription)).toHaveValue('The first')
  await expect(ann.getByText(chooseAgain)).toBeVisible()
  await chooseFiles(ann, [await picture()])
  await expect(ann.getByText(chooseAgain)).toHaveCount(0)
  await expect(ann.getByLabel(pictureDescription).last()).toHaveValue('The second')
  await ann.getByLabel(pictureDescription).first().press('Enter')
  for (const name of ['The first', 'The second']) await expect(ben.getByRole('img', { name })).toBeVisible()
})

test('a picture that is not sent is in the memory of its page alone', async ({ chat }) => {
  const { ann } = await chat()
  await uploadForEver(ann)
  await choosePictures(ann, [await picture()])
  const stored = await ann.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const files: string[] = []
    for await (const name of root.keys()) files.push(name)
    return {
      databases: (await indexedDB.databases()).length,
      caches: await caches.keys(),
      files,
      local: Object.keys(localStorage),
      // A picture of this size would be longer than all of it.
      session: Object.values(sessionStorage).join('').length,
    }
  })
  expect(stored).toEqual({ databases: 0, caches: [], files: [], local: [], session: expect.any(Number) })
  expect(stored.session).toBeLessThan(600)
})

test('a first picture that is chosen without a line is kept, said to be, and shown when the line is back', async ({
  faultyChat,
}) => {
  const { ann, ben } = await faultyChat()
  const faults: string[] = []
  ann.on('pageerror', error => faults.push(String(error)))
  await ann.context().setOffline(true)
  await composer(ann).fill(words)
  await chooseFiles(ann, [await picture()])
  await expect(ann.getByRole('alert').filter({ hasText: delayed })).toBeVisible()
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(composer(ann)).toHaveValue(words)
  await composer(ann).fill(`${words}, and more`)
  await ann.context().setOffline(false)
  await expect(ann.locator('.picture-form img')).toBeVisible({ timeout: 10_000 })
  await expect(ann.getByText(delayed)).toHaveCount(0)
  await ann.getByLabel(pictureDescription).fill(description)
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(message(ben, `${words}, and more`).getByRole('img', { name: description })).toBeVisible({
    timeout: 15_000,
  })
  await expect(ben.locator('#list article')).toHaveCount(1)
  expect(faults).toEqual([])
})

test('words that are sent before their picture is shown go with it, by themselves', async ({ chat }) => {
  const { ann, ben } = await chat()
  const release = await holdBack(ann, '**/pictures-*.js')
  await chooseFiles(ann, [await picture()])
  await send(ann, words)
  await expect(composer(ann)).toHaveValue(words)
  await expect(ann.getByRole('alert').filter({ hasText: delayed })).toBeVisible()
  release()
  await expect(message(ben, words).getByRole('img')).toBeVisible()
  await expect(ben.locator('#list article')).toHaveCount(1)
})

test('a picture that came with a text that was refused, before any script was there, goes with the mended text', async ({
  chat,
  tolerate,
}) => {
  tolerate(/status of 422|ERR_FAILED/)
  const { ann, ben, path } = await chat()
  const scripts = '**/app-*.js'
  await ann.route(scripts, route => route.abort())
  await ann.goto(path)
  await ann.locator('#image').setInputFiles(await picture())
  await composer(ann).fill('x'.repeat(5001))
  await ann.unroute(scripts)
  await ann.getByRole('button', { name: 'Send' }).click()
  await connected(ann)
  await expect(ann.getByRole('img', { name: 'Your picture, ready to send' })).toBeVisible()
  await composer(ann).fill(words)
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(message(ben, words).getByRole('img')).toBeVisible()
  await expect(ann.getByRole('img', { name: 'Your picture, ready to send' })).toHaveCount(0)
})
