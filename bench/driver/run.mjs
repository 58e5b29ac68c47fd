/** Runs one benchmark in a process of its own, and tells the parent its figures. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../scripts/process.mjs'
import { figuresOf } from './figures.mjs'

// Whoever began it is gone: so goes this, and with it the servers that it started.
process.on('disconnect', () => process.exit(1))

const [name = ''] = process.argv.slice(2)
const { measure } = await import(pathToFileURL(join(root, 'bench', `${name}.mjs`)).href)
const figures = figuresOf(await measure())
if (process.send) process.send(figures, () => process.exit())
else {
  console.table(figures)
  process.exit()
}
