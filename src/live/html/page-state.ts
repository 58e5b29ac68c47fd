import type { RoomId, SeqRange, VanishedTotals } from '../../chat/engine.js'
import { isLanguage, type Language } from '../../languages.js'
import type { PageName } from '../../rendering/page-titles.js'

/**
 * What a page shows, short enough for an address or the id of an event: the epoch and version of its room, and a digest of
 * the rest. A page says it when it connects; if it differs from what the server has, the page is morphed.
 */
export interface PageState {
  /** The run of the server that rendered the page. */
  readonly server: string
  /** Null on the page of the list of chats. */
  readonly epoch: string | null
  readonly version: number
  /** A digest of what the list of chats shows. */
  readonly digest: string
  /** The language of the page, null if it does not say. A page keeps its language, whatever is set elsewhere meanwhile. */
  readonly language: Language | null
  /** Whether updates are paused on the page. */
  readonly isPaused: boolean
  /** The messages that the page shows; null on the page of the list of chats. */
  readonly window: PageWindow | null
  /** Up to which totals the counts of vanished messages had been shown before the page; null on the page of the list. */
  readonly vanished: VanishedTotals | null
}

/** Which page it is: that of a room, or without one the page of a name. */
export interface PagePlace {
  readonly roomId: RoomId | null
  readonly name: PageName
}

/** A range of messages that a page shows, by `seq`. */
export interface PageWindow extends SeqRange {
  /** Whether new messages belong to it; otherwise there are later messages that the page does not show. */
  readonly isOpenEnded: boolean
}

/** The digest of a list of chats that does not begin with the newest. Such a list is not caught up. */
export const olderPart = 'older'

/** Writes the state as `server.epoch.version.digest.language`, then `.from-to` (`~` when open-ended), `.vtheirs-mine`, `.paused`. */
export function formatState({
  server,
  epoch,
  version,
  digest,
  language,
  window,
  vanished,
  isPaused,
}: PageState): string {
  const shown = window ? `.${window.from}-${window.to}${window.isOpenEnded ? '~' : ''}` : ''
  const counted = vanished ? `.v${vanished.theirs}-${vanished.mine}` : ''
  const rest = `${language ?? ''}${shown}${counted}${isPaused ? '.paused' : ''}`
  // Pages keep it, and what is joined is one string: what is added up keeps each piece.
  return [server, epoch ?? '', version, digest, rest].join('.')
}

const format =
  /^([\w-]*)\.([\w-]*)\.(\d{1,15})\.([\w-]*)(?:\.([a-z]*))?(?:\.(\d{1,15})-(\d{1,15})(~?))?(?:\.v(\d{1,15})-(\d{1,15}))?(\.paused)?$/

/** Reads what `formatState` wrote. Anything else counts as a page that shows nothing. */
export function parseState(text: string | null | undefined): PageState {
  const parts = format.exec(text ?? '') ?? []
  const [, server = '', epoch, version, digest = '', language, from, to, open, theirs, mine, paused] = parts
  return {
    server,
    epoch: epoch || null,
    version: Number(version ?? -1),
    digest,
    language: isLanguage(language) ? language : null,
    window: from === undefined ? null : { from: Number(from), to: Number(to), isOpenEnded: Boolean(open) },
    vanished: theirs === undefined ? null : { theirs: Number(theirs), mine: Number(mine) },
    isPaused: paused !== undefined,
  }
}
