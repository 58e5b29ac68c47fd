import type { Lifetime, Message, RoomView, TimelineEvent } from '../chat/engine.js'
import type { Predecessor } from './message-view.js'
import type { ViewContext, Viewer } from './renderer.js'

/** A row of a room's list: a message, or something that happened. */
export type TimelineRow = { readonly message: Message } | { readonly event: TimelineEvent }

/** The messages of a window and what happened among them, in their order. */
export function rowsOf({ messages, timeline }: Pick<RoomView, 'messages' | 'timeline'>): TimelineRow[] {
  const rows: TimelineRow[] = []
  let next = 0
  const takeBefore = (seq: number) => {
    for (let event = timeline[next]; event !== undefined && event.afterSeq < seq; event = timeline[next]) {
      rows.push({ event })
      next += 1
    }
  }
  for (const message of messages) {
    takeBefore(message.seq)
    rows.push({ message })
  }
  takeBefore(Number.POSITIVE_INFINITY)
  return rows
}

/** What the row after this one must know of it. No run of messages goes on across an event. */
export function predecessorOf(row: TimelineRow): Predecessor {
  if ('event' in row) return { senderId: '', sentAt: row.event.at, lifetimeMs: 0, livesFrom: 'sent' }
  const { senderId, sentAt, lifetimeMs, livesFrom } = row.message
  return { senderId, sentAt, lifetimeMs, livesFrom }
}

/** "1 hour", or "5 minutes after being seen". */
export function sayLifetime({ lifetimeMs, from }: Lifetime, { t, times }: Pick<ViewContext, 't' | 'times'>): string {
  const lifetime = times.length(lifetimeMs)
  return from === 'seen' ? t('lifetime.fromSeen', { lifetime }) : lifetime
}

/** What happened, in words. */
export function sayEvent(
  event: TimelineEvent,
  context: Pick<ViewContext, 't' | 'times'>,
  { userId }: Pick<Viewer, 'userId'>,
  name: string,
): string {
  const { t } = context
  const isOwn = event.byId === userId
  switch (event.what) {
    case 'lifetime': {
      const lifetime = sayLifetime(event, context)
      return isOwn ? t('lifetime.byYou', { lifetime }) : t('lifetime.byOther', { name, lifetime })
    }
    case 'erasure':
      if (event.erasesWhenLeft) return isOwn ? t('erase.onByYou') : t('erase.onByOther', { name })
      return isOwn ? t('erase.offByYou') : t('erase.offByOther', { name })
    case 'kept':
      return isOwn ? t('warning.keptByYou') : t('warning.keptByOther', { name })
    case 'reopened':
      return isOwn ? t('timeline.reopenedByYou') : t('timeline.reopenedByOther', { name })
  }
}
