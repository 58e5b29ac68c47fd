/** The one name of each zone by its names in lower case, filled at the first use: as many as this machine knows. */
const byName = new Map<string, string>()

/**
 * The one name of a time zone that this machine knows, however it is spelled: a name in a thousand mixtures of upper and
 * lower case must not be taken for a thousand zones. Null for a zone that it does not know, and for a mere offset, of
 * which there are thousands.
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
