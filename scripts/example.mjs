/** Runs an example, which is TypeScript: node scripts/example.mjs terminal-chat http://localhost:3000 EMAIL */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './process.mjs'

const [name, ...args] = process.argv.slice(2)
const folder = join(root, 'dist', 'examples')
const outfile = join(folder, `${name}-${process.pid}.mjs`)
mkdirSync(folder, { recursive: true })
await build({
  entryPoints: [join(root, 'examples', `${name}.ts`)],
  outfile,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  bundle: true,
  packages: 'external',
  logLevel: 'error',
})
process.argv = [process.argv[0], outfile, ...args]
await import(pathToFileURL(outfile).href)
