import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { projectRoot } from '#src/project-root.js'
import { picturesWithName, type Transfer, textsWithPicture } from '../field/transfers.js'
import { expect, test } from '../support/browser/fixtures.js'
import { pictureDescription } from '../support/browser/picture-choice.js'
import { plainPicture } from '../support/images/pictures.js'

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })

/** Pastes or drops files, and text beside them, as a script can: nothing is put in by the browser itself. */
async function transfer(page: Page, how: 'paste' | 'drop', target: string, { files, data }: Transfer): Promise<void> {
  const bytes = (await plainPicture('png', { width: 30, height: 20 })).toString('base64')
  await page.evaluate(
    ({ how, target, files, data, bytes }) => {
      const transfer = new DataTransfer()
      const content = Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))
      for (const name of files) transfer.items.add(new File([content], name, { type: 'image/png' }))
      for (const [type, text] of Object.entries(data)) transfer.setData(type, text)
      const init = { bubbles: true, cancelable: true }
      const event =
        how === 'paste'
          ? new ClipboardEvent('paste', { ...init, clipboardData: transfer })
          : new DragEvent('drop', { ...init, dataTransfer: transfer })
      document.querySelector(target)?.dispatchEvent(event)
    },
    { how, target, files, data, bytes },
  )
}

test('cells of a spreadsheet are pasted as text, though their picture is on the clipboard too', async ({ chat }) => {
  const { ann } = await chat()
  await ann.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const bytes = (await plainPicture('png', { width: 30, height: 20 })).toString('base64')
  const copy = (isWithText: boolean) =>
    ann.evaluate(
      async ({ bytes, isWithText }) => {
        const picture = new Blob([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], { type: 'image/png' })
        const text = {
          'text/plain': new Blob(['Apples\t3\nPears\t5'], { type: 'text/plain' }),
          'text/html': new Blob(['<table><tr><td>Apples<td>3<tr><td>Pears<td>5</table>'], { type: 'text/html' }),
        }
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture, ...(isWithText ? text : {}) })])
      },
      { bytes, isWithText },
    )
  await copy(true)
  await composer(ann).focus()
  await ann.keyboard.press('Control+V')
  await expect(composer(ann)).toHaveValue('Apples\t3\nPears\t5')
  await expect(ann.getByLabel(pictureDescription)).toBeHidden()
  await copy(false)
  await ann.keyboard.press('Control+V')
  await expect(ann.locator('.picture-form img')).toBeVisible()
  await expect(composer(ann)).toHaveValue('Apples\t3\nPears\t5')
})

test('text is taken where text and picture are dropped, or pasted outside of a field', async ({ chat }) => {
  const { ann } = await chat()
  for (const each of textsWithPicture) {
    for (const [how, target] of [
      ['drop', '#content'],
      ['drop', '#messages'],
      ['paste', '#messages'],
    ] as const) {
      await composer(ann).fill('')
      await transfer(ann, how, target, each)
      await expect(composer(ann), each.title).toHaveValue((each.data['text/plain'] ?? '').replaceAll('\r\n', '\n'))
    }
  }
  await expect(ann.getByLabel(pictureDescription)).toBeHidden()
  for (const each of picturesWithName) {
    await composer(ann).fill('')
    await transfer(ann, 'paste', '#content', each)
    await expect(ann.locator('.picture-form img'), each.title).toHaveCount(each.files.length)
    for (const _ of each.files) await ann.getByRole('button', { name: 'Remove picture' }).first().click()
    await expect(ann.getByLabel(pictureDescription)).toBeHidden()
    await expect(composer(ann)).toHaveValue('')
  }
})

test('text and picture that are dragged onto the composer leave the text there', async ({ chat }) => {
  const { ann } = await chat()
  const box = await composer(ann).boundingBox()
  const devtools = await ann.context().newCDPSession(ann)
  const data = {
    items: [{ mimeType: 'text/plain', data: 'Apples\t3' }],
    files: [join(projectRoot, 'package.json')],
    dragOperationsMask: 1,
  }
  const at = { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 10, data }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, ...at })
  }
  await expect(composer(ann)).toHaveValue('Apples\t3')
  await expect(ann.getByLabel(pictureDescription)).toBeHidden()
})
