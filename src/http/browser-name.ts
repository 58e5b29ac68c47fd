import type { IncomingMessage } from 'node:http'

/** A browser and its system, as people call them; '' for what is not known. */
export interface BrowserName {
  readonly browser: string
  readonly system: string
}

/** What the header of each browser has. Most have what those below them have too. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:OPR|OPT|OPiOS|Opera)\b/, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\/|\bCriOS\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*\bSafari\//, 'Safari'],
]

/** The same of systems. */
const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** Longer headers are of no browser. */
const longest = 1_000

/** What a browser says it is. Good enough to tell one's own devices apart, and for nothing else: anybody may say anything. */
export function browserNameOf({ headers }: Pick<IncomingMessage, 'headers'>): BrowserName {
  const header = (headers['user-agent'] ?? '').slice(0, longest)
  const nameIn = (table: typeof browsers) => table.find(([mark]) => mark.test(header))?.[1] ?? ''
  return { browser: nameIn(browsers), system: nameIn(systems) }
}
