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

interface HtmxExtension {
  init?(api: HtmxInternals): void
  /** Called before a node of the page takes over what a new one says. */
  htmx_before_morph_node?(before: Node, detail: { newNode: Element }): void
}

interface TrustedScriptURL {
  toString(): string
}

interface TrustedTypePolicy {
  readonly name: string
  createScriptURL(text: string): TrustedScriptURL
}

interface TrustedTypePolicyFactory {
  createPolicy(
    name: string,
    rules: {
      createHTML?(text: string): string
      createScript?(text: string): string
      createScriptURL?(text: string): string
    },
  ): TrustedTypePolicy
}

interface ServiceWorkerContainer {
  register(scriptURL: TrustedScriptURL): Promise<ServiceWorkerRegistration>
}

declare const htmx: {
  process(element: Element, force?: boolean): void
  trigger(element: Element, event: string): void
  /** Resolves once the answer is shown; what failed is told by events alone. */
  ajax(method: string, address: string, context: { swap: string }): Promise<void>
  registerExtension(name: string, extension: HtmxExtension): void
}

declare const trustedTypes: TrustedTypePolicyFactory | undefined

interface HTMLElement {
  _htmx?: {
    ws?: { connection?: WsConnection }
    sse?: { reader?: ReadableStreamDefaultReader; lastEventId?: string; delayCanceller?: (() => void) | null }
  }
}
