import { repliedTo } from './bubbles.js'
import { replyName } from './drafts.js'

/**
 * Keeps with the draft which message is being answered: its id alone, since the quote is worked out by the server each time.
 * Also gives the quote back to the composer when a reply that was not sent is edited.
 * @param storage the tab's own, which a reload leaves as it is
 */
export function keepReply(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): void {
  const place = document.getElementById('replying')
  const people = document.getElementById('live')?.dataset.draft
  if (!place || !people) return
  const name = replyName(people)
  const note = () => {
    const id = repliedTo()
    if (id) storage.setItem(name, id)
    else storage.removeItem(name)
  }
  const kept = storage.getItem(name)
  new MutationObserver(note).observe(place, { childList: true, subtree: true })
  if (repliedTo()) note()
  else if (kept) {
    // Its message may be gone by now.
    void begin(kept).then(note)
  }
  // Before the listener that takes the bubble away.
  addEventListener(
    'click',
    ({ target }) => {
      const bubble = target instanceof Element && target.closest('.rewrite, .cancel')?.closest('.pending')
      if (!bubble || repliedTo()) return
      const quote = bubble.querySelector('.replying')
      const id = bubble.querySelector<HTMLInputElement>('form [name=replyTo]')?.value
      if (quote) place.replaceChildren(quote)
      // A reload has left the bubble without a quote.
      else if (id) void begin(id)
    },
    true,
  )
}

/** Asks for the quote of a message, as the button in its menu does. The message need not be on the page. */
const begin = (messageId: string): Promise<void> =>
  htmx.ajax('GET', `${location.pathname}?reply=${messageId}`, { swap: 'none' })
