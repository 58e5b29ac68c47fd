import { isIP } from 'node:net'

/**
 * The IP address in a text as proxies write it: IPv4 or IPv6, with or without brackets, port, zone and spaces. Null if there
 * is none. Where a last group of IPv6 could be a port too, it counts as a part of the address.
 */
export function readIpAddress(text: string): string | null {
  const written = text.trim()
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(written)?.[1]
  const readings = bracketed === undefined ? [written, written.replace(/:\d*$/, '')] : [bracketed]
  return readings.map(reading => reading.replace(/%.*$/, '')).find(reading => isIP(reading) > 0) ?? null
}
