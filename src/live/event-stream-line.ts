import type { ServerResponse } from 'node:http'
import type { Clock } from '../chat/clock.js'
import type { CloseCode } from './close-codes.js'
import type { Line } from './listener.js'
import { Outflow } from './outflow.js'

/** A stream of server-sent events as a line. The id of an event is the state of the page, which a reconnect gives back. */
export class EventStreamLine implements Line {
  readonly #response: ServerResponse
  readonly #outflow: Outflow

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#outflow = new Outflow(
      clock,
      () => response.writableLength,
      () => response.destroy(),
    )
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // no-transform keeps a compression from holding events back, the other name a proxy from buffering them.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    response.flushHeaders()
  }

  get isBusy(): boolean {
    return this.#outflow.isBusy
  }

  write(text: string, state?: string): void {
    const id = state === undefined ? '' : `id: ${state}\n`
    // What keeps a socket alive is no message here: a named event is heard by the script and swapped by nobody.
    if (text === '{}') this.#send('event: line:beat\ndata:\n\n')
    else this.#send(`${id}${text.replace(/^/gm, 'data: ')}\n\n`)
  }

  /** A stream has no close codes: an event says why. The page acts upon those that are more than a line that ends. */
  close(code: CloseCode): void {
    if (this.#response.writableEnded) return
    this.#send(`event: ${code > 4400 ? 'line:close' : 'line:away'}\ndata: ${code}\n\n`)
    this.#response.end()
  }

  cutIfStalled(): void {
    this.#outflow.cutIfStalled()
  }

  #send(event: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return
    this.#response.write(event, this.#outflow.begin())
  }
}
