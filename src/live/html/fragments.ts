/** The swaps of htmx that this product uses. */
export type Swap =
  | 'beforeend'
  | 'beforebegin'
  | 'afterbegin'
  | 'outerMorph'
  | 'innerMorph'
  | 'innerHTML'
  | 'outerHTML'
  | 'delete'

/**
 * One swap. The target is an id made by this server; the content comes from a template.
 * @param target an element's id, without #; or selectors, of which every match is a target
 */
export function fragment(target: string | readonly string[], swap: Swap, html = ''): string {
  const selector = typeof target === 'string' ? `#${target}` : target.join(',')
  // What htmx does unless told.
  const kind = swap === 'innerHTML' ? '' : ` hx-swap="${swap}"`
  return `<hx-partial hx-target="${selector}"${kind}>${html}</hx-partial>`
}
