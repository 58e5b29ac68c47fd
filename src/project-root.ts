import { fileURLToPath } from 'node:url'

/** The folder that holds package.json, views/, locales/ and static/, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url))
