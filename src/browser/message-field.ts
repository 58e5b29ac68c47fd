/** The field that messages are written in, while it is used: a script of its own, loaded after the others. */

const mostLines = 8

/**
 * Says that a text is too long to be sent, with the count, and has the field grow with its text where CSS does not.
 * @param outbox changes whenever the text is sent or given back, for which there is no event
 */
export function watchField(composer: HTMLFormElement, content: HTMLTextAreaElement, outbox: HTMLElement): void {
  const words = document.getElementById('too-long')
  const count = words?.parentElement?.querySelector('.count')
  const max = Number(composer.dataset.max)
  const growsAlone = CSS.supports('field-sizing', 'content')
  let isTooLong = false

  const look = () => {
    const { length } = content.value
    const wasTooLong = isTooLong
    isTooLong = length > max
    if (isTooLong) count?.replaceChildren(`${length} / ${max}`)
    if (isTooLong !== wasTooLong) {
      content.ariaInvalid = isTooLong ? 'true' : null
      if (!isTooLong) count?.replaceChildren()
      // Said once: whoever writes on must not hear it at every letter.
      words?.replaceChildren(isTooLong ? (composer.dataset.tooLong ?? '') : '')
    }
    if (growsAlone) return
    content.rows = 1
    while (content.scrollHeight > content.clientHeight && content.rows < mostLines) content.rows += 1
  }
  content.addEventListener('input', look)
  new MutationObserver(look).observe(outbox, { childList: true })
  look()
}
