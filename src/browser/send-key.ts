/** Whether a key sends what is written: the one that the person has chosen, and never one of an input method. */
function sends(event: KeyboardEvent, { dataset }: HTMLElement): boolean {
  // 229 is what a key of an input method says where `isComposing` is not set.
  if (event.isComposing || event.keyCode === 229) return false
  return dataset.sendKey === 'ctrl-enter' ? event.ctrlKey || event.metaKey : !event.shiftKey
}

/** Has the key that sends do so in every field of the composer that a person writes in. */
export function watchSendKey(composer: HTMLFormElement): void {
  composer.addEventListener('keydown', event => {
    const field = event.target
    if (event.key !== 'Enter' || !(field instanceof Element && field.matches('#content, #alt'))) return
    const isSent = sends(event, composer)
    // In a field of one line the browser would send by any Enter.
    if (isSent || field instanceof HTMLInputElement) event.preventDefault()
    if (isSent) composer.requestSubmit()
  })
}
