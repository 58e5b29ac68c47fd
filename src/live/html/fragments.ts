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

const plainId = /^[\w-]+$/

/**
 * One swap. The target is an id made by this server; the content comes from a template.
 * @param target an element's id, without #, maybe with a selector behind it; or selectors, of which every match is a target
 */
export function fragment(target: string | readonly string[], swap: Swap, html = ''): string {
  // An id that is a plain word is said in the fewest bytes; htmx takes it for its target.
  const where =
    typeof target !== 'string'
      ? `hx-target="${target.join(',')}"`
      : plainId.test(target)
        ? `id="${target}"`
        : `hx-target="#${target}"`
  // What htmx does unless told.
  const kind = swap === 'innerHTML' ? '' : ` hx-swap="${swap}"`
  return `<hx-partial ${where}${kind}>${html}</hx-partial>`
}
