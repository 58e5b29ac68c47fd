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
 * @param targetId an element's id, without #
 */
export function fragment(targetId: string, swap: Swap, html = ''): string {
  return `<hx-partial hx-target="#${targetId}" hx-swap="${swap}">${html}</hx-partial>`
}
