import { ChatPage, type ChatPageDeps } from './chat-page.js'
import type { OpenedVoice, Seat } from './connections.js'
import { fragment } from './fragments.js'
import { goneWithTheRoom } from './html-room-pane.js'
import { HtmlVoice, type HtmlVoiceDeps } from './html-voice.js'
import type { Identity } from './listener.js'
import { type PageState, parseState } from './page-state.js'

/** What a page says of itself when it connects. */
export interface PageGreeting {
  readonly shown: PageState
  /** Whether it was connected before: what it had to report may have been lost. */
  readonly again: boolean
}

/** Reads a page's greeting off the address that it connects to. */
export function greetingOf(query: URLSearchParams): PageGreeting {
  return { shown: parseState(query.get('state')), again: query.has('again') }
}

/** Opens voices for pages, whatever line they come by. */
export class PageVoices {
  readonly #page: ChatPageDeps
  readonly #voice: HtmlVoiceDeps

  constructor(page: ChatPageDeps, voice: HtmlVoiceDeps) {
    this.#page = page
    this.#voice = voice
  }

  open({ id, identity, roomId, line }: Seat, { shown, again }: PageGreeting): OpenedVoice {
    const voice = new HtmlVoice(id, identity, roomId, this.#pageFor(identity, shown), line, this.#voice)
    return { voice, start: () => voice.start(shown, again) }
  }

  /** What a page is told whose room is not there. */
  sayGone(identity: Identity, { shown }: PageGreeting): string {
    const gone = fragment('gone', 'innerHTML', this.#pageFor(identity, shown).renderGone(shown))
    return gone + goneWithTheRoom.map(id => fragment(id, 'innerHTML')).join('')
  }

  #pageFor({ userId, zone, language }: Identity, shown: PageState): ChatPage {
    return new ChatPage(this.#page, { userId, language: shown.language ?? language, zone })
  }
}
