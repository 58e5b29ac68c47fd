import type { Page } from '@playwright/test'
import sharp from 'sharp'
import type { UnreadableFile } from '#src/browser/picture-file.js'
import { type ChosenFile, heicPhoto, unlabelledPictures, unreadableFiles } from '../field/chosen-files.js'
import { expect, test } from '../support/browser/fixtures.js'
import { chooseFiles, choosePictures, pictureDescription } from '../support/browser/picture-choice.js'

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })
/** What is said of a file that cannot be sent. */
const refusalOf = ({ format }: UnreadableFile) =>
  format
    ? `${format} files can't be sent here. Save the picture as JPEG or PNG and choose that file.`
    : "This file can't be sent as a picture. Choose a JPEG, PNG, WebP or GIF."

async function bytesOf({ content }: ChosenFile): Promise<Buffer> {
  if (typeof content !== 'string') return Buffer.from(content)
  return sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .toFormat(content)
    .toBuffer()
}

const testFile = async (chosen: ChosenFile) => ({
  name: chosen.name,
  mimeType: chosen.type,
  buffer: await bytesOf(chosen),
})

test('a picture is sent by what it is, whatever its name and type', async ({ chat }) => {
  test.slow()
  const { ann, ben } = await chat()
  for (const [index, chosen] of unlabelledPictures.entries()) {
    await choosePictures(ann, [await testFile(chosen)])
    await expect(ann.locator('.picture-form img')).toBeVisible()
    await ann.getByLabel(pictureDescription).fill(chosen.title)
    await composer(ann).fill(`words ${index}`)
    await ann.getByRole('button', { name: 'Send' }).click()
    const image = ben
      .getByRole('article')
      .filter({ hasText: `words ${index}` })
      .getByRole('img')
    await expect(image).toHaveAccessibleName(chosen.title)
  }
})

const refusedFile = (page: Page) => page.locator('#composer').getByRole('alert')

test('a file that cannot be sent is named, and is not chosen any more', async ({ chat }) => {
  test.slow()
  const { ann, ben, path } = await chat()
  const asked: string[] = []
  ann.on('dialog', dialog => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  for (const chosen of unreadableFiles) {
    await composer(ann).fill(chosen.title)
    await chooseFiles(ann, [await testFile(chosen)])
    await expect(refusedFile(ann), chosen.title).toHaveText(refusalOf(chosen))
    await expect(ann.getByRole('button', { name: 'Remove picture' })).toBeHidden()
    await expect(composer(ann)).toBeFocused()
    await ann.goto(path)
    await expect(composer(ann)).toHaveValue(chosen.title)
    await expect(ann.getByText('has to be chosen again')).toHaveCount(0)
  }
  expect(asked).toEqual([])
  await chooseFiles(ann, [await testFile(heicPhoto)])
  await expect(refusedFile(ann)).toBeVisible()
  await composer(ann).fill('words alone')
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(ben.locator('#list article .text')).toHaveText(['words alone'])
  await expect(refusedFile(ann)).toHaveCount(0)
})

test('words that are sent before their file is known to be none wait, and can be sent without it', async ({ chat }) => {
  const { ann, ben } = await chat()
  await ann.evaluate(() => {
    const read = Blob.prototype.arrayBuffer
    const released = new Promise(resolve => document.addEventListener('read-on', resolve))
    Blob.prototype.arrayBuffer = async function () {
      await released
      return read.call(this)
    }
  })
  await chooseFiles(ann, [await testFile(heicPhoto)])
  await composer(ann).fill('with words')
  await expect(ann.getByRole('button', { name: 'Remove picture' })).toBeVisible()
  await ann.getByRole('button', { name: 'Send' }).click()
  await ann.evaluate(() => document.dispatchEvent(new Event('read-on')))
  await expect(ann.locator('.pending')).toContainText('Not sent')
  await expect(ann.locator('.pending')).toContainText(refusalOf(heicPhoto))
  await expect(ann.getByRole('button', { name: 'Try again' })).toHaveCount(0)
  await ann.getByRole('button', { name: 'Edit' }).click()
  await expect(composer(ann)).toHaveValue('with words')
  await expect(ann.getByText('has to be chosen again')).toHaveCount(0)
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(ben.locator('#list article .text')).toHaveText(['with words'])
})

test('a file that is no picture is spoken of when it is dropped', async ({ chat }) => {
  const { ann } = await chat()
  await ann.evaluate(() => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['%PDF-1.7'], 'letter.pdf', { type: 'application/pdf' }))
    const init = { bubbles: true, cancelable: true, dataTransfer }
    document.querySelector('#content')?.dispatchEvent(new DragEvent('drop', init))
  })
  await expect(refusedFile(ann)).toHaveText(refusalOf({ format: 'PDF' }))
  await expect(ann.getByRole('button', { name: 'Remove picture' })).toBeHidden()
})

test('the field for pictures offers every file, as its bytes decide', async ({ chat }) => {
  const { ann } = await chat()
  await expect(ann.getByLabel('Add image')).not.toHaveAttribute('accept')
})
