/** Keeps true what rows say of their place among others, as the server says it of a page. */
export function watchRows(list: Element): void {
  new MutationObserver(changes => {
    for (const { addedNodes, nextSibling } of changes) for (const row of [...addedNodes, nextSibling]) joinMinute(row)
    markNewest(list)
  }).observe(list, { childList: true })
}

/** The newest of one's own messages alone shows the word of its status. */
function markNewest(list: Element): void {
  for (const row of list.querySelectorAll('.newest')) row.classList.remove('newest')
  ;[...list.querySelectorAll('.mine')].at(-1)?.classList.add('newest')
}

/** Of messages of one minute only the last shows its times. What comes or goes before a row changes whether it goes on. */
function joinMinute(row: Node | null): void {
  if (!(row instanceof HTMLElement)) return
  const minute = minuteOf(row)
  row.classList.toggle('same', minute !== '' && minuteOf(row.previousElementSibling) === minute)
}

/** Whose message a row shows, and of which minute, which an en space parts from its end; '' for a row without one. */
function minuteOf(row: Element | null): string {
  const time = row?.querySelector('time')
  return time ? `${row?.matches('.mine')} ${time.textContent.split('\u2002', 1)}` : ''
}
