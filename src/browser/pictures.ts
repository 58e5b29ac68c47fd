/** Sends pictures and shows them large. A script of its own, loaded with the first that is chosen or opened. */
import type { PageOutbox } from './page-outbox.js'
import { PictureForm } from './picture-form.js'

export { view } from './viewer.js'

let form: PictureForm | null = null

/** Shows pictures above the composer, each with the field for its description, until they are sent together. */
export function choose(composer: HTMLFormElement, outbox: PageOutbox, files: readonly File[]): void {
  const panel = composer.querySelector<HTMLElement>('.picture-form')
  const content = composer.querySelector<HTMLTextAreaElement>('#content')
  if (!form && panel && content) form = new PictureForm({ composer, panel, content, outbox })
  form?.add(files)
}
