import type { HttpClient } from './http-client.js'

/** A server-sent event. Its name, `event`, is '' for a fragment. */
export interface StreamEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

function readEvent(block: string): StreamEvent {
  const lines = block
    .split('\n')
    .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()])
  const all = (name: string) => lines.filter(([field]) => field === name).map(([, value]) => value)
  return { id: all('id').join(), event: all('event').join(), data: all('data').join('\n') }
}

/** What a stream is opened with beside its address. */
export interface StreamInit {
  readonly headers?: Record<string, string>
  /** Ends it, also while it is being opened. */
  readonly abort?: AbortController
  /** Told of each event. */
  readonly onEvent?: (event: StreamEvent) => void
}

/** Reads an event stream as the page's script does, and keeps every event. */
export class EventStream {
  readonly events: StreamEvent[] = []
  readonly headers: Headers
  /** Resolves when the stream ends, however it does. */
  readonly ended: Promise<void>
  readonly #abort: AbortController
  readonly #onEvent: (event: StreamEvent) => void
  readonly #watchers = new Set<() => void>()

  private constructor(response: Response, abort: AbortController, onEvent: (event: StreamEvent) => void) {
    this.headers = response.headers
    this.#abort = abort
    this.#onEvent = onEvent
    this.ended = this.#read(response).catch(() => {})
  }

  static async open(
    client: HttpClient,
    path: string,
    lastEventId?: string,
    { headers = {}, abort = new AbortController(), onEvent = () => {} }: StreamInit = {},
  ): Promise<EventStream> {
    const sent = { ...headers, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) }
    return new EventStream(await client.get(path, { headers: sent, signal: abort.signal }), abort, onEvent)
  }

  /** Resolves with the first event that passes `test`, among those that came and those to come. */
  async event(test: (event: StreamEvent) => boolean, patienceMs = 15_000): Promise<StreamEvent> {
    const known = this.events.find(test)
    if (known) return known
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`No such event came; these did: ${JSON.stringify(this.events)}`)),
        patienceMs,
      )
      const watcher = () => {
        const found = this.events.find(test)
        if (!found) return
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        resolve(found)
      }
      this.#watchers.add(watcher)
    })
  }

  close(): void {
    this.#abort.abort()
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      const events = blocks.map(readEvent)
      this.events.push(...events)
      for (const event of events) this.#onEvent(event)
      for (const watcher of this.#watchers) watcher()
    }
  }
}
