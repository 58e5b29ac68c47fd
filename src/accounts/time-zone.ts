/**
 * The canonical name of each zone that this machine knows, by each of its names in lower case. Filled at the first use.
 */
const byName = new Map<string, string>()

/**
 * The canonical name of a time zone, whatever the case of the given name: formatters are kept by zone, and a name in a
 * thousand mixtures of upper and lower case must not count as a thousand zones. Null for an unknown zone, and for an
 * offset, of which there are thousands.
 */
export function canonicalTimeZone(name: string): string | null {
  if (byName.size === 0) for (const zone of timeZones()) byName.set(zone.toLowerCase(), zone)
  const key = name.toLowerCase()
  const zone = byName.get(key) ?? resolveOtherName(key)
  if (zone !== null) byName.set(key, zone)
  return zone
}

function resolveOtherName(name: string): string | null {
  if (!/^[a-z]/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

/** The names of all time zones that this machine knows, UTC first. */
export function timeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter(name => name !== 'UTC')]
}
