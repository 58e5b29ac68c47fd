import WebSocket from 'ws'

/** How a program connects. */
export interface ProgramLineInit {
  /** Null, or left out: it says no token. */
  readonly token?: string | null
  /** The room that it joins at once. */
  readonly room?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** How long the handshake may take, in ms. */
  readonly handshakeTimeout?: number
}

/** Begins to connect as a program does, with the subprotocol of JSON. */
export function programLine(url: string, { token = null, room, headers = {}, ...init }: ProgramLineInit): WebSocket {
  const address = new URL('/ws', url.replace('http', 'ws'))
  if (room !== undefined) address.searchParams.set('room', room)
  return new WebSocket(address, 'ephemeral-chat.v1.json', {
    ...init,
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
  })
}
