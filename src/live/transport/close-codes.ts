/** Why a socket is closed by the server. Source: contract, 5. htmx comes back by itself on the 1xxx ones only. */
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

/** How long the other end may take to answer a close, or to read what was said before it, in milliseconds. */
export const closeTimeoutMs = 2000
