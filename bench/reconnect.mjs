/**
 * What 2,000 pages that come back at once into unchanged rooms cost the server, beside connecting them the first time:
 * CPU time of a server process of its own, asked for over IPC before and after.
 */
import { build } from '../scripts/setup.mjs'
import { bundle, importBundled } from './bundled.mjs'

await build()
await bundle('reconnect-server')
const { measureReconnect } = await importBundled('reconnect-cost')
const result = await measureReconnect({ people: 2000 })
console.table(result)
process.exit(result.ratio < 1.5 ? 0 : 1)
