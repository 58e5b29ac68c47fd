import type { DissolveReason, Ending, UserId } from '../chat/engine.js'
import { initialOf, tintOf } from './chat-list.js'
import { renderPartial, type ViewContext, type Viewer } from './renderer.js'
import type { Translate } from './sentences.js'

/** Why a room ended, and who ended it; `reason` is null where that is not said. */
interface Why {
  readonly reason: DissolveReason | null
  readonly byId: UserId | null
}

/**
 * Why a chat is gone, in a sentence for its page.
 * @param name the other's; '' when their account is gone
 */
export function sayEnding(
  { reason, byId }: Why,
  { userId }: Pick<Viewer, 'userId'>,
  name: string,
  t: Translate,
): string {
  switch (reason) {
    case 'ended':
      if (byId === userId) return t('gone.endedByYou')
      return name ? t('gone.ended', { name }) : t('gone.deletedUnnamed')
    case 'away':
      return t('gone.away')
    case 'account_deleted':
      return name ? t('gone.deleted', { name }) : t('gone.deletedUnnamed')
    case 'empty':
      return t('gone.empty')
    case null:
      return t('gone.erased')
  }
}

/**
 * A chat that ended, as it stands below the list of chats.
 * @param name the other's; '' when their account is gone
 */
export function renderEnding(ending: Ending, viewer: Viewer, context: ViewContext, name: string, now: number): string {
  const { t } = context
  const shownName = name || t('ended.nobody')
  return renderPartial('ended', context, {
    name: shownName,
    initial: initialOf(shownName),
    tint: tintOf(ending.otherId),
    isOnline: false,
    href: `/chats/${ending.roomId}`,
    sentence: name ? sayShortly(ending, viewer, name, t) : t('ended.deleted'),
    remainingMs: Math.max(0, ending.expiresAt - now),
  })
}

function sayShortly({ reason, byId }: Ending, { userId }: Viewer, name: string, t: Translate): string {
  switch (reason) {
    case 'ended':
      return byId === userId ? t('ended.byYou') : t('ended.byOther', { name })
    case 'away':
      return t('ended.away')
    case 'account_deleted':
      return t('ended.deleted')
  }
}
