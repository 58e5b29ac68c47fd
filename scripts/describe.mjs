/** Regenerates docs/asyncapi.json from the schemas of the socket's frames. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, root } from './process.mjs'
import { build, install } from './setup.mjs'

try {
  await install()
  await build()
  const { describeSocket } = await import('../dist/api/asyncapi.js')
  const file = join(root, 'docs', 'asyncapi.json')
  writeFileSync(file, JSON.stringify(describeSocket()))
  await must(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', file])
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
