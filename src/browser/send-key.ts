/**
 * Has the key that the person has chosen send what is written, in every field of the composer that they write in. Where they
 * have chosen none, Enter sends unless they write on a screen: its keyboard has no Shift and Enter, and no Ctrl.
 */
export function watchSendKey(composer: HTMLFormElement, content: HTMLTextAreaElement): void {
  const onScreen = matchMedia('(pointer: coarse)')
  const { sendKey } = composer.dataset
  const enterSends = () => sendKey === 'enter' || (sendKey === 'auto' && !onScreen.matches)
  content.enterKeyHint = enterSends() ? 'send' : 'enter'
  composer.addEventListener('keydown', event => {
    const field = event.target
    if (event.key !== 'Enter' || !(field instanceof Element && field.matches('textarea, [name=alt]'))) return
    // 229 is what a key of an input method says where `isComposing` is not set.
    const isComposing = event.isComposing || event.keyCode === 229
    const isSent = !isComposing && (enterSends() ? !event.shiftKey : event.ctrlKey || event.metaKey)
    if (isSent) composer.requestSubmit()
    // In a field of one line the browser would send by any Enter.
    else if (field === content) return
    else if (!isComposing) content.focus()
    event.preventDefault()
  })
}
