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

/**
 * Whether a page of ours that someone looks at loads this as a picture, as pages without JavaScript do to report something. A
 * prerendered page loads its pictures too, though nobody looks at it yet.
 */
export function isLoadedByShownPage(request: Request): boolean {
  return !request.get('sec-purpose') && isFetchedByOwnPage(request, 'image')
}
