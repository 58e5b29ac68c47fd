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
  if (typeof target === 'string' && plainId.test(target)) return idFragment(target, swap, html)
  const where = typeof target === 'string' ? `#${target}` : target.join(',')
  return `<hx-partial hx-target="${where}"${kindOf(swap)}>${html}</hx-partial>`
}

/**
 * One swap of an element with a plain id, for what is pushed most: the id is not looked at.
 * @param id without #, of letters, digits, - and _
 */
export function idFragment(id: string, swap: Swap, html = ''): string {
  return `<hx-partial id="${id}"${kindOf(swap)}>${html}</hx-partial>`
}

function kindOf(swap: Swap): string {
  // What htmx does unless told.
  return swap === 'innerHTML' ? '' : ` hx-swap="${swap}"`
}
