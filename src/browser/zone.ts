/** The browser's own name of a zone. */
const nameOf = (timeZone?: string): string => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone

/** Fills the browser's zone into forms. That of a page which goes by an earlier one is sent by htmx, unless it is the same. */
export function tellZone(): void {
  const zone = nameOf()
  for (const input of document.querySelectorAll<HTMLInputElement>('[data-zone]')) input.value = zone
  const form = document.querySelector<HTMLElement>('[data-told]')
  if (form && nameOf(form.dataset.told) === zone) form.remove()
}
