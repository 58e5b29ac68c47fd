/** The field that messages are written in. */

const mostLines = 8
/** Only a text that stays too long for this time is said to be so: whoever sends it at once hears that it was not sent. */
const sayAfterMs = 1000

/**
 * Keeps what describes the field how long messages live, of which the page says more above the first. It does not change while the
 * field has the focus: a screen reader would say all of the description again.
 */
function keepLife(content: HTMLElement): void {
  const about = document.getElementById('about')
  const life = document.getElementById('life')
  if (!(about && life)) return
  const copy = () => life.replaceChildren(about.firstElementChild?.textContent ?? '')
  const copyUnlessHere = () => {
    if (document.activeElement !== content) copy()
  }
  new MutationObserver(copyUnlessHere).observe(about, { childList: true })
  content.addEventListener('blur', copy)
  copyUnlessHere()
}

/** Says that a text is too long to be sent, with the count, and has the field grow with its text where CSS does not. */
export function watchField(): void {
  const composer = document.getElementById('composer')
  const content = document.getElementById('content')
  if (!(composer && content instanceof HTMLTextAreaElement)) return
  const words = document.getElementById('too-long')
  const count = words?.parentElement?.querySelector('.count')
  const { max, tooLong = '' } = composer.dataset
  const growsAlone = CSS.supports('field-sizing', 'content')
  let isTooLong = false
  let timer = 0

  const look = () => {
    const { length } = content.value
    const wasTooLong = isTooLong
    isTooLong = length > Number(max)
    if (isTooLong) count?.replaceChildren(`${length} / ${max}`)
    if (isTooLong !== wasTooLong) {
      content.ariaInvalid = isTooLong ? 'true' : null
      if (!isTooLong) count?.replaceChildren()
      // Said once: whoever writes on must not hear it at every letter.
      clearTimeout(timer)
      words?.replaceChildren()
      if (isTooLong) timer = setTimeout(() => words?.replaceChildren(tooLong), sayAfterMs)
    }
    if (growsAlone) return
    content.rows = 1
    while (content.scrollHeight > content.clientHeight && content.rows < mostLines) content.rows += 1
  }
  content.addEventListener('input', look)
  keepLife(content)
  // A text that a script writes, empties or gives back makes no event.
  const written = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value') ?? {}
  Object.defineProperty(content, 'value', {
    ...written,
    set(text: string) {
      written.set?.call(content, text)
      look()
    },
  })
  look()
}
