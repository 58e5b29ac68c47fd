/** The browser's own name of a zone. */
const nameOf = (timeZone?: string): string => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone

/** Fills the browser's zone into forms. If the server used another zone for this page, htmx posts the new one; else the form goes. */
export function tellZone(): void {
  const zone = nameOf()
  for (const input of document.querySelectorAll<HTMLInputElement>('[data-zone]')) input.value = zone
  const form = document.querySelector<HTMLElement>('[data-told]')
  if (form && nameOf(form.dataset.told) === zone) form.remove()
}
