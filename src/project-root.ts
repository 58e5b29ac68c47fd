import { fileURLToPath } from 'node:url'

/** The folder of package.json, views/, locales/ and static/, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url))

/**
 * Where a module lies once it is built, for threads and processes of their own: Node runs no TypeScript there, even where this
 * runs from the sources, as in tests.
 * @param path below dist/, such as `accounts/password-worker.js`
 */
export function builtModule(path: string): URL {
  return new URL(`../dist/${path}`, import.meta.url)
}
