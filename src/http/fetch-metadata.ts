import type { Request } from 'express'

/**
 * Whether a page of ours fetches this itself, as far as the browser says: from the same origin, and as the kind of thing that
 * the page makes of it (`empty` for script). A link or form of another site would open the address as a document, with cookies.
 * Browsers say neither on plain http, and other programs never do.
 */
export function isFetchedByOwnPage(request: Request, destination: 'image' | 'empty'): boolean {
  const site = request.get('sec-fetch-site') ?? 'same-origin'
  const kind = request.get('sec-fetch-dest') ?? destination
  return site === 'same-origin' && kind === destination
}
