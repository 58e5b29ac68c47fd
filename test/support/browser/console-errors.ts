import { type BrowserContext, expect } from '@playwright/test'

/** What stands as errors on the consoles of a browser's pages, now and later. */
export function errorsOf(context: BrowserContext): string[] {
  const errors: string[] = []
  context.on('weberror', error => errors.push(String(error.error())))
  context.on('console', message => {
    if (message.type() === 'error') errors.push(`${message.text()} at ${message.location().url}`)
  })
  return errors
}

/** Fails with the errors on consoles that a test does not tolerate. */
export function expectTolerated(errors: readonly string[], tolerated: ReadonlySet<RegExp>): void {
  expect(errors.filter(error => ![...tolerated].some(pattern => pattern.test(error)))).toEqual([])
}
