import type { RoomId, UserId } from '../../chat/engine.js'
import { type PageName, readPageName } from '../../rendering/page-titles.js'
import type { Identity } from '../client/subscriber.js'
import type { ClientParts, OpenedSession } from '../transport/opening.js'
import { fragment } from './fragments.js'
import { PageRenderer, type PageRendererDeps } from './page-renderer.js'
import { PageSession, type PageSessionDeps } from './page-session.js'
import { type PageState, parseState } from './page-state.js'
import { goneWithTheRoom } from './room-pane.js'

/** What a page sends when it connects. */
export interface PageGreeting {
  readonly shown: PageState
  /** With whom its room is; null for a page that is that of no room. */
  readonly otherId: UserId | null
  /** Which page it is, unless it is that of a room. */
  readonly name: PageName
  /** Whether it has reconnected, so that its reports may have been lost. */
  readonly again: boolean
}

/** Reads a page's greeting from the address that it connects to. */
export function greetingOf(query: URLSearchParams): PageGreeting {
  return {
    shown: parseState(query.get('state')),
    otherId: query.get('with'),
    name: readPageName(query.get('page')),
    again: query.has('again'),
  }
}

/** Opens the client sessions of pages, whatever transport they come by. */
export class PageSessions {
  readonly #page: PageRendererDeps
  readonly #session: PageSessionDeps

  constructor(page: PageRendererDeps, session: PageSessionDeps) {
    this.#page = page
    this.#session = session
  }

  open({ id, identity, roomId, connection }: ClientParts, { shown, name, again }: PageGreeting): OpenedSession {
    const page = this.#pageFor(identity, shown)
    const session = new PageSession(id, identity, { roomId, name }, page, connection, this.#session)
    return { session, start: () => session.start(shown, again) }
  }

  /** What a page shows when its room is not there. */
  async renderGone(identity: Identity, roomId: RoomId | null, { shown, otherId }: PageGreeting): Promise<string> {
    const page = this.#pageFor(identity, shown)
    const blocked = otherId && (await page.renderBlocked(otherId))
    const gone = fragment('gone', 'innerHTML', blocked || (await page.renderGone(roomId, shown)))
    const item = blocked ? fragment([`#chats li:has([data-person='${otherId}'])`], 'delete') : ''
    // The page is closed, so that its list would go on showing what is erased, here and in other chats.
    const previews = fragment(['#chats .last', '#people .last'], 'innerHTML')
    return gone + item + goneWithTheRoom.map(id => fragment(id, 'innerHTML')).join('') + previews
  }

  #pageFor({ userId, zone, language: current, regions, hidesNames }: Identity, shown: PageState): PageRenderer {
    const language = shown.language ?? current
    return new PageRenderer(this.#page, { userId, language, zone, region: regions?.[language] ?? null, hidesNames })
  }
}
