/** Whoever never sends a picture never loads what it takes: the script for it comes with the first one chosen. */
export function watchPictures(): void {
  const composer = document.getElementById('composer')
  if (!(composer instanceof HTMLFormElement)) return

  const choose = async (files: FileList | undefined | null, event: Event) => {
    const chosen = [...(files ?? [])].filter(({ type }) => type.startsWith('image/'))
    if (chosen.length === 0) return
    event.preventDefault()
    const pictures: typeof import('./pictures.js') = await import(composer.dataset.pictures ?? '')
    pictures.choose(composer, chosen)
  }

  for (const input of composer.querySelectorAll<HTMLInputElement>('[type=file]')) {
    // Without a script a form sends one; here they are shown one after another.
    input.multiple = true
    input.addEventListener('change', event => void choose(input.files, event))
  }
  addEventListener('paste', event => void choose(event.clipboardData?.files, event))
  addEventListener('dragover', event => event.dataTransfer?.types.includes('Files') && event.preventDefault())
  addEventListener('drop', event => void choose(event.dataTransfer?.files, event))
}
