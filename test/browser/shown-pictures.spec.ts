// Long because every case of one behaviour stands here.
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { chooseOption } from '../support/browser/chat-options.js'
import { expect, logIn, message as messageWith, send, startChat, test } from '../support/browser/fixtures.js'
import { pictureDescription } from '../support/browser/picture-choice.js'
import { expectUsable } from '../support/browser/probes.js'
import { fieldPicture } from '../support/images/field-pictures.js'
import { drawingOf, movingPicture, plainPicture } from '../support/images/pictures.js'

const play = { name: 'Play animation', exact: true }
const pause = { name: 'Pause animation', exact: true }

async function sendPicture(page: Page, buffer: Buffer, alt: string, mimeType = 'image/png'): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add image' }).click()
  await (await chooser).setFiles([{ name: 'a', mimeType, buffer }])
  await page.getByLabel(pictureDescription).fill(alt)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.locator('#list').getByRole('img', { name: alt })).toBeVisible({ timeout: 15_000 })
}

/** The colour in the middle of a picture as it is on the screen. */
async function colourOf(picture: Locator): Promise<string> {
  const { data } = await sharp(await picture.screenshot())
    .resize(1, 1)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return (data[0] ?? 0) > (data[2] ?? 0) ? 'red' : 'blue'
}

/** The colours that a picture shows within a second: of `movingPicture`, whose frames last 200 and 300 ms, both if it moves. */
async function framesOf(picture: Locator): Promise<string[]> {
  const seen = new Set<string>()
  for (let look = 0; look < 7 && seen.size < 2; look++) {
    seen.add(await colourOf(picture))
    await picture.page().waitForTimeout(130)
  }
  return [...seen].sort()
}

const moving = () => movingPicture({ width: 320, height: 200 })

test('a picture that moves can be paused and played, by keys too, and stays paused when messages come and go', async ({
  chat,
}) => {
  test.slow()
  const { ann, ben } = await chat()
  await sendPicture(ann, await moving(), 'Waves', 'image/gif')
  const message = ben.getByRole('article').filter({ has: ben.getByRole('img', { name: 'Waves' }) })
  const picture = message.getByRole('img', { name: 'Waves' })
  await expect(picture).toBeVisible()
  await expect.poll(() => framesOf(picture)).toEqual(['blue', 'red'])
  await expect(message.getByRole('button', play)).toHaveCount(0)
  await expect(message.getByRole('button', pause)).toHaveAccessibleDescription('Waves')
  // From outside, Tab passes by all pictures; from a message it comes to those in it.
  await ben.getByRole('region', { name: 'Messages' }).focus()
  await ben.keyboard.press('Tab')
  await expect(ben.getByLabel('Add image')).toBeFocused()
  await message.focus()
  await ben.keyboard.press('Tab')
  await expect(message.getByRole('link', { name: 'Waves' })).toBeFocused()
  await ben.keyboard.press('Tab')
  await expect(message.getByRole('button', pause)).toBeFocused()
  await ben.keyboard.press('Enter')
  await expect(message.getByRole('button', play)).toBeFocused()
  await expect.poll(() => framesOf(picture)).toEqual(['red'])
  // Whoever goes on after a pause gets the whole list anew.
  await chooseOption(ben, 'Pause updates')
  await send(ann, 'another')
  await ben.getByRole('button', { name: 'Resume updates' }).click()
  await expect(messageWith(ben, 'another')).toBeVisible()
  expect(await framesOf(picture)).toEqual(['red'])
  await message.getByRole('button', play).click()
  await expect.poll(() => framesOf(picture)).toEqual(['blue', 'red'])
})

test('under reduced motion a picture is a still until it is played, in its message and opened', async ({ chat }) => {
  test.slow()
  const { ann, ben } = await chat()
  await ben.emulateMedia({ reducedMotion: 'reduce' })
  await sendPicture(ann, await moving(), 'Waves', 'image/gif')
  const message = ben.getByRole('article').filter({ has: ben.getByRole('img', { name: 'Waves' }) })
  const picture = message.getByRole('img', { name: 'Waves' })
  await expect(message.getByRole('button', play)).toBeVisible()
  await expect(message.getByRole('button', pause)).toHaveCount(0)
  expect(await framesOf(picture)).toEqual(['red'])
  expect(await ben.evaluate(() => document.getAnimations().length)).toBe(0)

  await picture.click()
  const dialog = ben.getByRole('dialog', { name: 'Picture' })
  const large = dialog.getByRole('img', { name: 'Waves' })
  await expect(large).toBeVisible()
  expect(await framesOf(large)).toEqual(['red'])
  await dialog.getByRole('button', play).click()
  await expect.poll(() => framesOf(large)).toEqual(['blue', 'red'])
  await dialog.getByRole('button', pause).click()
  await expect.poll(() => framesOf(large)).toEqual(['red'])
  await ben.keyboard.press('Escape')
  await expect(ben.locator('#viewer source')).toHaveCount(0)
  expect(await framesOf(picture)).toEqual(['red'])

  await message.getByRole('button', play).click()
  await expect.poll(() => framesOf(picture)).toEqual(['blue', 'red'])
  // Counter-check: without the wish for less motion the same page moves at once.
  await message.getByRole('button', pause).click()
  await ben.emulateMedia({ reducedMotion: 'no-preference' })
  await ben.reload()
  await expect.poll(() => framesOf(picture)).toEqual(['blue', 'red'])
})

test('a picture that moves is a still as long as it is not sent, in a bubble that is as high as afterwards', async ({
  chat,
}) => {
  test.slow()
  const { ann } = await chat()
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await ann.route('**/images', async route => {
    await held
    await route.continue()
  })
  const chooser = ann.waitForEvent('filechooser')
  await ann.getByRole('button', { name: 'Add image' }).click()
  await (await chooser).setFiles([{ name: 'a', mimeType: 'image/gif', buffer: await moving() }])
  const preview = ann.locator('.picture-form img')
  await expect(preview).toBeVisible()
  await expect.poll(() => framesOf(preview)).toEqual(['red'])
  await ann.getByRole('button', { name: 'Send' }).click()
  const pending = ann.locator('#outbox .upload img')
  await expect(pending).toBeVisible()
  await expect.poll(() => framesOf(pending)).toEqual(['red'])
  const sizeOf = (place: string) =>
    ann.locator(`${place} article`).evaluate(bubble => {
      const { width, height } = bubble.getBoundingClientRect()
      return [width, height].map(Math.round)
    })
  const before = await sizeOf('#outbox')
  release()
  await expect(ann.locator('#list').getByRole('button', pause)).toBeVisible({ timeout: 15_000 })
  expect(await sizeOf('#list')).toEqual(before)
})

test('a picture that moves, and its button, are usable in every theme, in its message and opened', {
  tag: '@long',
}, async ({ chat }) => {
  test.slow()
  const { ann, ben } = await chat()
  await sendPicture(ann, await moving(), 'Waves', 'image/gif')
  await expect(ben.getByRole('button', pause)).toBeVisible()
  for (const page of [ann, ben]) await expectUsable(page, 'moving picture')
  await ben.getByRole('link', { name: 'Waves', exact: true }).click()
  await expect(ben.getByRole('dialog').getByRole('button', pause)).toBeVisible()
  await expectUsable(ben, 'moving picture, opened')
})

test('a picture that does not move has no such button, opened either', async ({ chat }) => {
  const { ann } = await chat()
  await sendPicture(ann, await plainPicture('png', { width: 60, height: 40 }), 'A field')
  await ann.getByRole('link', { name: 'A field', exact: true }).click()
  await expect(ann.getByRole('dialog', { name: 'Picture' })).toBeVisible()
  for (const name of [play, pause]) await expect(ann.getByRole('button', name)).toHaveCount(0)
})

test('without JavaScript a picture that moves is a still, which leads to it', async ({ person, visit, tolerate }) => {
  tolerate(/Applying inline style/)
  const [ann, ben] = [await person('ann'), await person('ben')]
  const page = await visit({ javaScriptEnabled: false })
  await logIn(page, ann)
  await startChat(page, ben)
  await page.getByLabel('Add image').setInputFiles({ name: 'a.gif', mimeType: 'image/gif', buffer: await moving() })
  await page.getByLabel(pictureDescription).fill('Waves')
  await page.getByRole('button', { name: 'Send' }).click()
  const picture = page.getByRole('img', { name: 'Waves' })
  await expect(picture).toBeVisible()
  for (const name of [play, pause]) await expect(page.getByRole('button', name)).toHaveCount(0)
  expect(await framesOf(picture)).toEqual(['red'])
  await page.getByRole('link', { name: 'Waves', exact: true }).click()
  await expect(page).toHaveURL(/\/images\/[\w-]+$/)
  await expect.poll(() => framesOf(page.locator('img'))).toEqual(['blue', 'red'])
})

test.describe('a tall screenshot', () => {
  /** Lines of a page, one every hundred pixels. */
  async function screenshotOf({ width, height }: { width: number; height: number }): Promise<Buffer> {
    const line = { create: { width: width - 100, height: 4, channels: 3 as const, background: '#333' } }
    const lines = Array.from({ length: Math.floor(height / 100) }, (_, n) => ({
      input: line,
      left: 50,
      top: n * 100,
    }))
    return sharp({ create: { width, height, channels: 3, background: '#fff' } })
      .composite(lines)
      .png()
      .toBuffer()
  }

  test('can be read when it is opened: in full size, scrolled by keys, its way out always there', async ({ chat }) => {
    test.slow()
    const { ann, ben } = await chat()
    await sendPicture(ann, await screenshotOf({ width: 1080, height: 14_500 }), 'A long page')
    const link = ben.getByRole('link', { name: 'A long page', exact: true })
    await expect(link).toBeVisible()
    const box = await link.getByRole('img').boundingBox()
    expect(box?.height).toBeLessThanOrEqual(320)
    await link.click()
    const dialog = ben.getByRole('dialog', { name: 'Picture' })
    const large = dialog.getByRole('img', { name: 'A long page' })
    const sizes = () =>
      large.evaluate(({ naturalWidth, naturalHeight, width, height }: HTMLImageElement) => ({
        own: [naturalWidth, naturalHeight],
        shown: [width, height],
      }))
    await expect.poll(async () => (await sizes()).own[1]).toBeGreaterThan(9000)
    const { own, shown } = await sizes()
    expect(shown).toEqual(own)
    const close = dialog.getByRole('button', { name: 'Close' })
    await expect(close).toBeFocused()
    // Pressed again until it is there, as the browser drops a key that comes while it still scrolls.
    const topAfter = (key: string) => async () => {
      await ben.keyboard.press(key)
      return dialog.evaluate(element => element.scrollTop)
    }
    await expect.poll(topAfter('PageDown')).toBeGreaterThan(300)
    await expect.poll(topAfter('End')).toBeGreaterThan(8000)
    await expect(close).toBeInViewport({ ratio: 1 })
    await expect.poll(topAfter('Home')).toBe(0)
    await ben.keyboard.press('Escape')
    await expect(link).toBeFocused()
  })

  test('and a panorama do not widen the page, on a phone either', async ({ chat }) => {
    test.slow()
    const { ann, ben } = await chat()
    await ben.setViewportSize({ width: 320, height: 640 })
    await sendPicture(ann, await screenshotOf({ width: 500, height: 4000 }), 'A long page')
    await sendPicture(ann, await screenshotOf({ width: 6000, height: 600 }), 'A panorama')
    const dialog = ben.getByRole('dialog', { name: 'Picture' })
    await ben.getByRole('link', { name: 'A long page', exact: true }).click()
    await expect.poll(() => dialog.evaluate(element => element.scrollHeight)).toBeGreaterThan(1500)
    expect(await dialog.evaluate(element => element.scrollWidth - element.clientWidth)).toBe(0)
    await ben.keyboard.press('Escape')
    const panorama = ben.getByRole('link', { name: 'A panorama', exact: true })
    await expect(panorama).toBeVisible()
    expect((await panorama.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    expect(await ben.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await ben.evaluate(() => document.documentElement.setAttribute('data-size', 'larger'))
    const inItsBubble = await panorama.evaluate(link => {
      const bubble = link.closest('article')?.getBoundingClientRect()
      return bubble && link.getBoundingClientRect().right <= bubble.right
    })
    expect(inItsBubble).toBe(true)
    await panorama.click()
    const large = dialog.getByRole('img', { name: 'A panorama' })
    await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.naturalHeight)).toBe(600)
    expect((await large.boundingBox())?.height).toBe(600)
    await ben.keyboard.press('ArrowRight')
    await expect.poll(() => dialog.evaluate(element => element.scrollLeft)).toBeGreaterThan(0)
    await expect(dialog.getByRole('button', { name: 'Close' })).toBeInViewport({ ratio: 1 })
    expect(await ben.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })
})

/** The contrast of two colours. Source: WCAG 2.2, "contrast ratio". */
function contrastOf(...colours: [readonly number[], readonly number[]]): number {
  const [dark = 0, light = 0] = colours
    .map(colour => {
      const [red = 0, green = 0, blue = 0] = colour.map(part =>
        part <= 10.31475 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    })
    .sort((one, other) => one - other)
  return (light + 0.05) / (dark + 0.05)
}

test('what is drawn on nothing can be told from its ground, in every theme, in its message and opened', async ({
  chat,
}) => {
  test.slow()
  const { ann } = await chat()
  const size = { width: 300, height: 200 }
  const drawings = ['#000000', '#ffffff', '#cc2211', '#ffe600']
  for (const colour of drawings) await sendPicture(ann, await drawingOf([colour], size), `In ${colour}`)
  await sendPicture(ann, await fieldPicture('black-on-nothing.png'), 'A sketch')
  /** The contrast of the bar in the middle of a drawing with what is beside it. */
  const contrastIn = async (picture: Locator) => {
    const { data, info } = await sharp(await picture.screenshot())
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const at = (x: number) => {
      const from = 3 * (Math.round(info.height / 2) * info.width + Math.round(x * info.width))
      return [...data.subarray(from, from + 3)]
    }
    return contrastOf(at(0.5), at(0.15))
  }
  for (const media of [
    { colorScheme: 'dark' },
    { colorScheme: 'light' },
    { colorScheme: 'dark', contrast: 'more' },
    { colorScheme: 'light', contrast: 'more' },
    { forcedColors: 'active' },
  ] as const) {
    await ann.emulateMedia(media)
    for (const colour of drawings) {
      const name = `In ${colour}`
      const what = `${JSON.stringify(media)} ${name}`
      const picture = ann.locator('#list').getByRole('img', { name })
      expect(await contrastIn(picture), what).toBeGreaterThanOrEqual(3)
      await picture.click()
      const large = ann.getByRole('dialog').getByRole('img', { name })
      await expect(large).toBeVisible()
      expect(await contrastIn(large), `${what}, opened`).toBeGreaterThanOrEqual(3)
      await ann.keyboard.press('Escape')
    }
    await ann.emulateMedia({ colorScheme: null, contrast: null, forcedColors: null })
  }
})
