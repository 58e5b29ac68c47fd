import type { PageOutbox } from './page-outbox.js'

/** Loads the script for pictures when the first one is chosen or opened. */
export function watchPictures(outbox: PageOutbox): void {
  const composer = document.getElementById('composer')
  if (!(composer instanceof HTMLFormElement)) return
  const load = (): Promise<typeof import('./pictures.js')> => import(composer.dataset.pictures ?? '')

  const choose = async (files: FileList | undefined | null, event: Event) => {
    const chosen = [...(files ?? [])].filter(({ type }) => type.startsWith('image/'))
    if (chosen.length === 0) return
    event.preventDefault()
    const pictures = await load()
    pictures.choose(composer, outbox, chosen)
  }

  for (const input of composer.querySelectorAll<HTMLInputElement>('[type=file]')) {
    // Without a script the form sends one picture; with it several are described one after another.
    input.multiple = true
    input.addEventListener('change', event => void choose(input.files, event))
  }
  addEventListener('paste', event => void choose(event.clipboardData?.files, event))
  addEventListener('dragover', event => event.dataTransfer?.types.includes('Files') && event.preventDefault())
  addEventListener('drop', event => void choose(event.dataTransfer?.files, event))
  addEventListener('click', event => {
    const link = event.target instanceof Element && event.target.closest<HTMLAnchorElement>('a.picture')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    // Without its script the picture is still a link.
    load().then(
      pictures => pictures.view(link),
      () => location.assign(link.href),
    )
  })
}
