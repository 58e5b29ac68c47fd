/** What was said is removed after this. */
const spokenMs = 5000

/** Removes what is put into the live regions once it is said, so that nobody finds it when reading through the page. */
export function forgetSpoken(): void {
  for (const region of document.querySelectorAll('#announcer, #not-sent')) {
    const forget = (spoken: Iterable<Node>) => {
      for (const words of spoken) if (words instanceof Element) setTimeout(() => words.remove(), spokenMs)
    }
    forget(region.children)
    new MutationObserver(changes => forget(changes.flatMap(({ addedNodes }) => [...addedNodes]))).observe(region, {
      childList: true,
    })
  }
}
