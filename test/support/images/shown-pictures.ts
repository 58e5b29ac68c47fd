/** The addresses of the pictures that the HTML of a page shows, in order. */
export function picturesIn(html: string): string[] {
  return [...html.matchAll(/<a class="picture"[^>]*href="([^"]+)"/g)].map(([, address = '']) => address)
}
