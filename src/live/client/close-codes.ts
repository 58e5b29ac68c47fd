/** Why the server closes a socket. htmx reconnects after a 1xxx code only. `npm run describe` publishes them. */
export const closeCodes = {
  unsupportedData: 1003,
  internalError: 1011,
  restarting: 1012,
  tooBusy: 1013,
  notLoggedIn: 4401,
  wrongOrigin: 4403,
  noSuchRoom: 4404,
  tooFast: 4429,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]

/** How long the other end may take to read what is left and answer a close, in ms; then the connection is cut. */
export const closeTimeoutMs = 2000
