/** Some browsers have no badges. */
interface Badges {
  setAppBadge?(count?: number): Promise<void>
}

/** Shows a number at the icon of the installed site: none for 0, and a dot where the number is not known. */
export async function showBadge(navigator: Badges, unread?: number): Promise<void> {
  try {
    await navigator.setAppBadge?.(unread)
  } catch (error) {
    // Some systems show none unless the person allows it.
    if (!(error instanceof DOMException)) throw error
  }
}
