import { parseUrl } from './web-address.js'

/** The URL if it is an http or https origin and nothing more (no path, no password), else null. */
export function parseOrigin(value: string): URL | null {
  const url = parseUrl(value)
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  return isOrigin ? url : null
}
