/** What is said is removed after this, so that nobody finds it when reading through the page. */
export const spokenMs = 5000

/**
 * Has a screen reader say something.
 * @param id of the live region that says it. It must stand in the page from the start: Firefox does not announce an alert that
 *   comes inside of something else, nor a text that is put into a standing alert.
 */
export function announce(id: string, words: string): void {
  const said = document.createElement('p')
  said.append(words)
  document.getElementById(id)?.append(said)
  setTimeout(() => said.remove(), spokenMs)
}
