/** Writes modules of the server as JavaScript. */
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * Writes each of the sources as one module. Types are not looked at.
 * @param {string} folder that holds src/ and dist/
 * @param {string[]} sources paths of files below src/
 */
export async function writeModules(folder, sources) {
  await build({
    entryPoints: sources,
    outdir: join(folder, 'dist'),
    outbase: join(folder, 'src'),
    format: 'esm',
    platform: 'node',
    tsconfig: join(folder, 'tsconfig.json'),
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  })
}
