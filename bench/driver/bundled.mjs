/** Bundles TypeScript of test/ into JavaScript and imports it, so that benchmarks can use the tests' clients. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from '../../scripts/process.mjs'

/**
 * Bundles a program and returns the path of the bundle.
 * @param {string} program a path from test/support on, without its extension
 */
export async function bundle(program) {
  // Inside the project, so that #src and packages resolve.
  const folder = join(root, 'dist', 'bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${program.replaceAll(/[./]+/g, '-')}.mjs`)
  await build({
    entryPoints: [join(root, 'test', 'support', `${program}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Those of scripts/ find the project by where they are.
    external: ['#src/*', '../../scripts/*'],
    logLevel: 'error',
  })
  return outfile
}

/**
 * Bundles a program and imports it.
 * @param {string} program a path from test/support on, without its extension
 */
export async function importBundled(program) {
  return import(pathToFileURL(await bundle(program)).href)
}
