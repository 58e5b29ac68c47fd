import { expect, type Locator, type Page } from '@playwright/test'
import type { HttpClient } from '../http-client.js'
import { plainPicture } from '../images/pictures.js'

/** A file as a test chooses it. */
export interface TestFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** The name of the field for the description of a picture. */
export const pictureDescription = "Describe the picture for people who can't see it"

/** A picture whose file the server refuses for its size, and the browser does not make smaller. */
export async function pictureTooBig(): Promise<TestFile> {
  const picture = await plainPicture('gif', { width: 9, height: 9 })
  return { name: 'a.gif', mimeType: 'image/gif', buffer: Buffer.concat([picture, Buffer.alloc(2_200_000)]) }
}

/** Chooses files by the button of the composer, and waits until they can be described and sent. */
export async function choosePictures(page: Page, files: TestFile[]): Promise<void> {
  await chooseFiles(page, files)
  await expect(page.getByLabel(pictureDescription).last()).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused()
}

/** Chooses files by the button of the composer. */
export async function chooseFiles(page: Page, files: TestFile[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add image' }).click()
  await (await chooser).setFiles(files)
}

/** Sends a picture as a page without JavaScript does. */
export async function sendPicture(sender: HttpClient, chat: string, alt: string): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries({ _csrf: await sender.token(chat), content: '', alt }))
    form.set(name, value)
  const picture = await plainPicture('png', { width: 60, height: 40 })
  form.set('image', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'a.png')
  return sender.request('POST', `${chat}/messages`, { body: form })
}

/**
 * Sends a picture as a page without JavaScript does, and opens it large in the other's page. Returns the dialog that shows it. A page
 * with JavaScript would give up a picture that takes longer to be read than its message lives.
 */
export async function openPicture(sender: HttpClient, chat: string, viewer: Page): Promise<Locator> {
  const link = viewer.getByRole('link', { name: 'A field', exact: true })
  // Not by the pointer, which first waits until the link stands still: a message of a short life may be over by then.
  await Promise.all([link.dispatchEvent('click'), sendPicture(sender, chat, 'A field')])
  const dialog = viewer.getByRole('dialog', { name: 'Picture' })
  await expect(dialog.getByRole('img', { name: 'A field' })).toBeVisible()
  return dialog
}

/** Holds back what a page requests at addresses of this pattern until the function that it returns is called. */
export async function holdBack(page: Page, pattern: string): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await page.route(pattern, async route => {
    await held
    // The page may have called it off meanwhile.
    await route.continue().catch(() => {})
  })
  return release
}
