import { expect, test } from '../support/browser/fixtures.js'
import { choosePictures, pictureDescription } from '../support/browser/picture-choice.js'
import { plainPicture } from '../support/images/pictures.js'

const picture = async () => ({
  name: 'a.png',
  mimeType: 'image/png',
  buffer: await plainPicture('png', { width: 30, height: 20 }),
})

for (const field of ['Message', pictureDescription]) {
  test(`Enter that ends a composition in the field ${field} sends nothing, in Safari too`, async ({ chat }) => {
    const { ann, ben } = await chat()
    await choosePictures(ann, [await picture()])
    const place = ann.getByLabel(field, { exact: true })
    await place.fill('かな')
    await place.focus()
    const devtools = await ann.context().newCDPSession(ann)
    // Safari ends the composition before it tells of the key.
    for (const type of ['keyDown', 'keyUp'] as const) {
      await devtools.send('Input.dispatchKeyEvent', { type, key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
    }
    await place.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    await expect(place).toHaveValue('かな')
    await expect(ann.locator('.picture-form img')).toBeVisible()
    await expect(ann.locator('.pending')).toHaveCount(0)
    await place.press('Enter')
    await expect(ben.locator('#list article')).toHaveCount(1)
  })
}

test('the chosen key sends from the description too, where Enter alone leads to the message', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  await ann.goto('/settings')
  await ann.getByLabel('Ctrl+Enter').check()
  await ann.getByRole('button', { name: 'Save settings' }).click()
  await ann.goto(path)
  await choosePictures(ann, [await picture()])
  await ann.getByLabel(pictureDescription).fill('A field')
  await expect(ann.getByLabel(pictureDescription)).toHaveAttribute('enterkeyhint', 'next')
  for (const key of ['Enter', 'Shift+Enter']) {
    await ann.getByLabel(pictureDescription).press(key)
    await expect(ann.getByLabel('Message', { exact: true })).toBeFocused()
  }
  await expect(ann.locator('.picture-form img')).toBeVisible()
  await expect(ann.locator('.pending')).toHaveCount(0)
  await ann.getByLabel(pictureDescription).press('Control+Enter')
  await expect(ben.getByRole('img', { name: 'A field' })).toBeVisible()
})
