/** How long a page waits before it tries again what did not reach the server, in milliseconds. */
export const retryMs = 2000
