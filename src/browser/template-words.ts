/** Shows what a template holds, or nothing for an id of none. Put in as a whole, so that a screen reader says it. */
export function showTemplate(place: HTMLElement | null, id: string): void {
  const template = document.getElementById(id)
  place?.replaceChildren(template instanceof HTMLTemplateElement ? template.content.cloneNode(true) : '')
}
