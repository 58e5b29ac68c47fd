/** Lets htmx alone turn text into HTML; the page enforces Trusted Types for everything else. */
export function allowHtmx(): void {
  htmx.registerExtension('tt', {
    init(api) {
      if (typeof trustedTypes === 'undefined') return
      api.initSecurity(trustedTypes.createPolicy('htmx', { createHTML: text => text, createScript: text => text }))
    },
  })
}
