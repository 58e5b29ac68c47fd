import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { install } from '../scripts/setup.mjs'
import { scratchFolder } from './support/leftovers.js'

it('installs nothing where a server may run with the packages that there are, and says what to do instead', async () => {
  const folder = scratchFolder('setup')
  onTestFinished(() => folder.remove())
  const files = ['dist/main.js', 'node_modules/express/package.json', 'package-lock.json']
  for (const file of files.map(name => join(folder.path, name))) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '')
  }
  await expect(install(folder.path)).rejects.toThrow(/^A server may run from .* Run this in another clone: git clone /)
  expect(files.filter(name => !existsSync(join(folder.path, name)))).toEqual([])
})
