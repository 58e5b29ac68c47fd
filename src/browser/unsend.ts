/** Takes a message back without leaving the page: the server's push removes it here and everywhere else. */
export function unsendInPlace(form: HTMLFormElement): void {
  form.addEventListener('submit', event => {
    const button = event.submitter
    if (!(button instanceof HTMLButtonElement)) return
    event.preventDefault()
    const token = form.querySelector('input')?.value ?? ''
    // Whatever goes wrong, the page anew shows how things stand.
    fetch(button.formAction, { method: 'POST', redirect: 'manual', headers: { 'csrf-token': token } }).then(
      ({ ok, type }) => ok || type === 'opaqueredirect' || location.reload(),
      () => location.reload(),
    )
  })
}
