/** The parts of htmx 4 and its WebSocket extension that our script touches. */
interface WsConnection {
  url: string
  socket: Pick<WebSocket, 'readyState' | 'close'> | null
  timer: number | null
  config: { reconnect: boolean }
  queue: { message: { values: Record<string, unknown> } }[]
}

interface HtmxInternals {
  initSecurity(policy: TrustedTypePolicy): void
}

interface TrustedTypePolicy {
  readonly name: string
}

interface TrustedTypePolicyFactory {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScript(text: string): string },
  ): TrustedTypePolicy
}

declare const htmx: {
  process(element: Element, force?: boolean): void
  trigger(element: Element, event: string): void
  registerExtension(name: string, extension: { init(api: HtmxInternals): void }): void
}

declare const trustedTypes: TrustedTypePolicyFactory | undefined

interface HTMLElement {
  _htmx?: {
    ws?: { connection?: WsConnection }
    sse?: { reader?: ReadableStreamDefaultReader; lastEventId?: string; delayCanceller?: (() => void) | null }
  }
}
