/**
 * What helps with forms: showing a password while it is typed, copying a link, and showing the answer to a form that ends the
 * session. A script of its own, loaded only by pages that have such.
 */

/** Has a button show what its field holds, until the form is sent. */
function showOnPress(button: HTMLElement): void {
  const field = document.getElementById(button.dataset.shows ?? '')
  const word = button.querySelector<HTMLElement>('[data-other]')
  if (!(field instanceof HTMLInputElement) || !word) return
  const turn = () => {
    const { textContent, dataset } = word
    word.textContent = dataset.other ?? ''
    dataset.other = textContent
    field.type = field.type === 'password' ? 'text' : 'password'
  }
  button.addEventListener('click', () => {
    turn()
    field.focus()
  })
  // Browsers keep what is sent from a field of text, to suggest it again.
  field.form?.addEventListener('submit', () => field.type === 'text' && turn())
  button.hidden = false
}

/** Has a button copy what its field holds. Browsers allow it over https only, so that elsewhere there is no button. */
function copyOnPress(button: HTMLElement): void {
  const field = document.getElementById(button.dataset.copies ?? '')
  const status = document.getElementById(button.getAttribute('aria-describedby') ?? '')
  if (!isSecureContext || !(field instanceof HTMLInputElement) || !status) return
  const say = (outcome: 'done' | 'failed') => {
    status.textContent = status.dataset[outcome] ?? ''
  }
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(field.value).then(
      () => say('done'),
      () => say('failed'),
    )
  })
  button.hidden = false
}

for (const button of document.querySelectorAll<HTMLElement>('[data-shows]')) showOnPress(button)
for (const button of document.querySelectorAll<HTMLElement>('[data-copies]')) copyOnPress(button)
for (const hint of document.querySelectorAll<HTMLElement>('[data-unsealed]')) hint.hidden = isSecureContext

// A new password ends the session, and its connection before the answer comes: it must not lead to the log-in instead.
let isSent = false
document.addEventListener('submit', () => {
  isSent = true
})
document.getElementById('live')?.addEventListener('session:over', event => isSent && event.preventDefault())
