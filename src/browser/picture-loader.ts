import { importAtLast, importing } from './module-import.js'
import type { PageOutbox } from './page-outbox.js'
import { textBeside } from './transfer-text.js'

/** A picture that is not shown by then is said to be kept. */
const patienceMs = 3000

/** Takes pictures that are chosen, pasted or dropped, and opens those in the list. Their script is loaded with the first. */
export function watchPictures(outbox: PageOutbox): void {
  const composer = document.getElementById('composer')
  const content = document.getElementById('content')
  if (!(composer instanceof HTMLFormElement && content instanceof HTMLTextAreaElement)) return
  const load = importing<typeof import('./pictures.js')>(composer.dataset.pictures ?? '')
  /** What is chosen and waits for the script. */
  const waiting: File[] = []
  /** What was written when the person pressed Send while pictures waited. */
  let sentText: string | null = null

  const tell = (isDelayed: boolean) =>
    outbox.pictures.choose(
      waiting.map(() => ''),
      isDelayed,
    )
  const choose = (files: readonly File[]) => {
    waiting.push(...files)
    tell(false)
    if (waiting.length > files.length) return
    importAtLast(
      load,
      pictures => {
        pictures.choose(composer, outbox, waiting.splice(0))
        if (sentText === content.value) composer.requestSubmit()
        sentText = null
      },
      () => tell(true),
    )
    setTimeout(() => waiting.length > 0 && tell(true), patienceMs)
  }
  // The words must not go without the picture.
  composer.addEventListener(
    'submit',
    event => {
      if (waiting.length === 0) return
      event.preventDefault()
      event.stopImmediatePropagation()
      sentText = content.value
    },
    { capture: true },
  )

  const takeFrom = (event: Event, data: DataTransfer | null) => {
    const files = [...(data?.files ?? [])]
    if (!data || files.length === 0) return
    const text = textBeside(data)
    const isInField = event.target instanceof Element && event.target.matches('input, textarea')
    // The browser inserts the text itself.
    if (text && isInField && (event.type === 'paste' || event.target !== content)) return
    event.preventDefault()
    if (!text) return choose(files)
    content.focus()
    content.setRangeText(text, content.selectionStart, content.selectionEnd, 'end')
    content.dispatchEvent(new Event('input', { bubbles: true }))
  }
  for (const input of composer.querySelectorAll<HTMLInputElement>('[type=file]')) {
    // Without a script the form sends one picture; with it several are described one after another.
    input.multiple = true
    const take = () => {
      if (input.files?.length) choose([...input.files])
      input.value = ''
    }
    input.addEventListener('change', take)
    // What was chosen before this script was there.
    take()
  }
  addEventListener('paste', event => takeFrom(event, event.clipboardData))
  addEventListener('dragover', event => event.dataTransfer?.types.includes('Files') && event.preventDefault())
  addEventListener('drop', event => takeFrom(event, event.dataTransfer))
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
