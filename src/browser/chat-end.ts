import { letLeave } from './leaving.js'

/** What the page does when its chat ends, apart from the outbox. */
export function watchEnd(live: HTMLElement): void {
  let isGone = false
  live.addEventListener('htmx:after:swap', () => {
    const gone = document.getElementById('gone')
    if (!gone?.hasChildNodes()) return
    document.querySelector<HTMLDialogElement>('#end')?.close()
    // Not to the button: whoever is typing would press it. The focus may also be on something that is hidden now.
    if (!isGone || !document.activeElement?.checkVisibility()) gone.focus()
    isGone = true
  })
  // A restart of the server took the room, and nobody meant to end the chat: it goes on in a new one.
  live.addEventListener('room:gone', () => {
    const reopen = document.getElementById('reopen')
    if (!document.querySelector('#gone [data-goes-on]') || !(reopen instanceof HTMLFormElement)) return
    reopen.querySelector('[name="restarted"]')?.setAttribute('value', '1')
    letLeave()
    reopen.requestSubmit()
  })
}
