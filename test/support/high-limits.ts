/** Settings with limits that people who all come from one address would meet, set too high to matter. */
export const highLimits: Readonly<Record<string, string>> = {
  RATE_LIMIT_AUTH: '1000',
  RATE_LIMIT_AUTH_ADDRESS: '1000',
  RATE_LIMIT_MESSAGES: '1000',
  RATE_LIMIT_FRAMES: '1000',
  RATE_LIMIT_REQUESTS: '1000',
  RATE_LIMIT_UPLOADS: '1000',
}
