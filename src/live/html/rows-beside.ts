import { type RoomView, sides, type Vanished, type VanishedTotals } from '../../chat/engine.js'
import { renderPartial, type ViewContext } from '../../rendering/renderer.js'

type Seen = Pick<RoomView, 'messages' | 'previous' | 'later' | 'otherId' | 'mine' | 'unread'>

/** A row of the list that is no message. It stands after the message with this `seq`, whether or not that one lives. */
interface RowBeside {
  readonly afterSeq: number
  readonly html: string
}

/** The totals up to which the counts of vanished messages have been shown. */
export function shownTotals({ theirs, mine }: Vanished): VanishedTotals {
  return { theirs: theirs.shown, mine: mine.shown }
}

/**
 * The notice of how many messages vanished before they were seen; '' if there are none. A page shows it until it is loaded
 * again, and reports it when it comes into view.
 * @param before up to which totals the counts had been shown before the page
 * @param reportKey a new one has the page report the notice again
 */
export function renderVanished(
  whose: keyof Vanished,
  vanished: Vanished,
  before: VanishedTotals,
  otherName: string,
  reportKey: string,
  context: ViewContext,
): string {
  const { total, shown } = vanished[whose]
  const count = total - before[whose]
  if (count <= 0) return ''
  const key = whose === 'theirs' ? 'vanished.theirs' : 'vanished.mine'
  const sentence = context.t(key, { count, name: otherName })
  const reported = { theirs: vanished.theirs.shown, mine: vanished.mine.shown, [whose]: total }
  return renderPartial('vanished', context, { whose, sentence, isReported: total > shown, reportKey, ...reported })
}

/** The divider above the first unread message; '' if it is not in this window. */
function renderDivider({ messages, previous, otherId, mine, unread }: Seen, context: ViewContext): RowBeside | null {
  const isUnread = ({ senderId, seq }: { senderId: string; seq: number }) => senderId === otherId && seq > mine.seen
  const first = messages.find(isUnread)
  const isInWindow = first !== messages[0] || previous === null || !isUnread(previous)
  if (!first || unread === 0 || !isInWindow) return null
  return { afterSeq: first.seq - 1, html: renderPartial('divider', context, { count: unread }) }
}

/**
 * Puts the divider and the notices among the rendered rows of a window; `seq` is null for a row that is no message. Where they
 * meet, the divider comes first: a page that opens at it shows the notices too.
 */
export function joinRows(
  rows: readonly { readonly seq: number | null; readonly html: string }[],
  view: RoomView,
  before: VanishedTotals,
  otherName: string,
  reportKey: string,
  context: ViewContext,
): string {
  const { vanished, previous, later } = view
  const beside: RowBeside[] = sides.map(whose => ({
    afterSeq: vanished[whose].afterSeq,
    html: renderVanished(whose, vanished, before, otherName, reportKey, context),
  }))
  const divider = renderDivider(view, context)
  if (divider) beside.unshift(divider)
  const parts = [...rows.map(({ html }) => html), '']
  for (const { afterSeq, html } of beside.reverse()) {
    // It stands in a window of earlier messages.
    if (previous !== null && previous.seq > afterSeq) continue
    const next = rows.findIndex(({ seq }) => seq !== null && seq > afterSeq)
    const place = next < 0 ? rows.length : next
    // A page that ends before it does not show it.
    if (next >= 0 || later === 0) parts[place] = html + (parts[place] ?? '')
  }
  // Adding copies nothing until the page is written; `join` would.
  return parts.reduce((html, part) => html + part, '')
}
