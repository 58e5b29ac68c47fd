import { expect, type Page } from '@playwright/test'

/** A file as a test chooses it. */
export interface TestFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** Chooses files by the button of the composer, and waits until their form is there. */
export async function choosePictures(page: Page, files: TestFile[]): Promise<void> {
  await chooseFiles(page, files)
  // By then the focus has moved; what is typed before goes where it was.
  await expect(page.getByLabel('Description')).toBeFocused()
}

/** Chooses files by the button of the composer. */
export async function chooseFiles(page: Page, files: TestFile[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add image' }).click()
  await (await chooser).setFiles(files)
}
