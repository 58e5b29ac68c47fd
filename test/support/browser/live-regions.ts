/** Ways to have something said, with what screen readers were heard to make of them. */

/** A change to the page at `liveRegionAddress`. */
export interface LiveRegionCase {
  /** What is put where; also the words that are to be said. */
  readonly name: string
  /** Whether it is said in every browser of docs/spoken/. */
  readonly isSaid: boolean
  /** Runs in the page. */
  readonly change: (name: string) => void
}

/** A page with empty live regions, and a place that is none. */
const liveRegionPage = `<!doctype html><html lang="en"><title>Live regions</title><main>
<textarea aria-label="Message" autofocus></textarea>
<div id="polite" aria-live="polite"></div><div id="assertive" aria-live="assertive"></div>
<p id="status" role="status"></p><p id="alert" role="alert"></p><ol id="list"></ol><div id="place"></div>
</main></html>`

/** The address of that page. */
export const liveRegionAddress = `data:text/html;charset=utf-8,${encodeURIComponent(liveRegionPage)}`

/** In the order in which they are tried on one page. */
export const liveRegionCases: readonly LiveRegionCase[] = [
  {
    name: 'a paragraph in a polite region',
    isSaid: true,
    change(name) {
      const said = document.createElement('p')
      said.textContent = name
      document.getElementById('polite')?.append(said)
    },
  },
  {
    name: 'a paragraph in an assertive region',
    isSaid: true,
    change(name) {
      const said = document.createElement('p')
      said.textContent = name
      document.getElementById('assertive')?.append(said)
    },
  },
  {
    name: 'a button of a polite region that is no live region itself',
    isSaid: false,
    change(name) {
      const button = document.createElement('button')
      button.ariaLive = 'off'
      button.textContent = name
      document.getElementById('polite')?.append(button)
    },
  },
  {
    name: 'a text in a status that stands there',
    isSaid: true,
    change(name) {
      document.getElementById('status')?.replaceChildren(name)
    },
  },
  {
    name: 'an alert that is put in',
    isSaid: true,
    change(name) {
      const alert = document.createElement('p')
      alert.setAttribute('role', 'alert')
      alert.textContent = name
      document.getElementById('place')?.replaceChildren(alert)
    },
  },
  {
    name: 'a text in an alert that stands there',
    isSaid: false,
    change(name) {
      document.getElementById('alert')?.replaceChildren(name)
    },
  },
  {
    name: 'an alert inside of a message that is put in',
    isSaid: false,
    change(name) {
      const item = document.createElement('li')
      const alert = document.createElement('span')
      alert.setAttribute('role', 'alert')
      alert.textContent = name
      item.append('A message', alert)
      document.getElementById('list')?.append(item)
    },
  },
]
