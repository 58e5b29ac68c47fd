/** Bundles a program of test/ into plain JavaScript and imports it: benches share its clients with the tests. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from '../scripts/process.mjs'

/**
 * Bundles a program and says where it lies.
 * @param {string} program a path below test/, without its ending
 */
export async function bundle(program) {
  // Within the project, so that #src and the packages are found from there.
  const folder = join(root, 'dist', 'bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${program.replaceAll('/', '-')}.mjs`)
  await build({
    entryPoints: [join(root, 'test', `${program}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    external: ['#src/*'],
    logLevel: 'error',
  })
  return outfile
}

/**
 * Bundles a program and imports it.
 * @param {string} program a path below test/, without its ending
 */
export async function importBundled(program) {
  return import(pathToFileURL(await bundle(program)).href)
}
