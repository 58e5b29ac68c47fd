/** The URL if it is an http or https origin and nothing more (no path, no password), else null. */
export function parseOrigin(value: string): URL | null {
  if (!URL.canParse(value)) return null
  const url = new URL(value)
  const isOrigin = /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  return isOrigin ? url : null
}
