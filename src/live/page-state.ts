import { isLanguage, type Language } from '../languages.js'

/**
 * What a page shows, short enough for an address or the id of an event: the life and version of its room, and a digest
 * of the rest. A page says it when it connects; where it differs from what the server has, the page is morphed.
 */
export interface PageState {
  /** The run of the server that rendered the page. */
  readonly server: string
  /** Null on the page of the list of chats. */
  readonly epoch: string | null
  readonly version: number
  /** What the list of chats shows, short. */
  readonly digest: string
  /** What the page is in, null when it does not say: it stays so, whatever is set elsewhere meanwhile. */
  readonly language: Language | null
  /** Whether the page holds back what is new. */
  readonly isPaused: boolean
}

/** Writes the state as `server.epoch.version.digest.language`, and `.paused` where that is so. */
export function formatState({ server, epoch, version, digest, language, isPaused }: PageState): string {
  return `${server}.${epoch ?? ''}.${version}.${digest}.${language ?? ''}${isPaused ? '.paused' : ''}`
}

/** Reads what `formatState` wrote; anything else is a page that shows nothing. */
export function parseState(text: string | null | undefined): PageState {
  const parts = /^([\w-]*)\.([\w-]*)\.(\d{1,15})\.([\w-]*)(?:\.(\w*))?(\.paused)?$/.exec(text ?? '')
  const [, server = '', epoch, version, digest = '', language, paused] = parts ?? []
  return {
    server,
    epoch: epoch || null,
    version: Number(version ?? -1),
    digest,
    language: isLanguage(language) ? language : null,
    isPaused: paused !== undefined,
  }
}
