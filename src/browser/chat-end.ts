/**
 * What the page does when its chat ends, apart from the outbox.
 * @param letLeave has nobody asked who leaves the page
 */
export function watchEnd(live: HTMLElement, letLeave: () => void): void {
  let isGone = false
  const show = () => {
    const gone = document.getElementById('gone')
    if (!gone?.hasChildNodes()) return
    document.querySelector<HTMLDialogElement>('#end')?.close()
    // Not to the button: whoever is typing would press it. The focus may also be on something that is hidden now.
    if (!isGone || !document.activeElement?.checkVisibility()) gone.focus()
    isGone = true
  }
  // A restart of the server took the room, and nobody meant to end the chat: it goes on in a new one.
  const goOn = () => {
    const reopen = document.getElementById('reopen')
    if (!document.querySelector('#gone [data-goes-on]') || !(reopen instanceof HTMLFormElement)) return
    reopen.querySelector('[name="restarted"]')?.setAttribute('value', '1')
    letLeave()
    reopen.requestSubmit()
  }
  live.addEventListener('htmx:after:swap', show)
  live.addEventListener('room:gone', goOn)
  // It may have ended before this script was there.
  show()
  goOn()
}
