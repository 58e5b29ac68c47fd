/**
 * Has a screen reader say something. It is removed again by `forgetSpoken`.
 * @param id of the live region that says it. It must stand in the page from the start: Firefox does not announce an alert that
 *   comes inside of something else, nor a text that is put into a standing alert.
 */
export function announce(id: string, words: string): void {
  const said = document.createElement('p')
  said.append(words)
  document.getElementById(id)?.append(said)
}
