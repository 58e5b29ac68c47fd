const minuteMs = 60_000

/** How far a machine's clock is set while a page is open, in milliseconds. */
export const clockSteps = [
  { name: 'an hour forward', stepMs: 60 * minuteMs },
  { name: 'a month forward', stepMs: 30 * 24 * 60 * minuteMs },
  { name: 'a minute back', stepMs: -minuteMs },
] as const
