import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ScriptOptions, ScriptTexts, scriptNames } from '#src/engines/redis/script-texts.js'
import { projectRoot } from '#src/project-root.js'
import { generous } from '../../support/engine/world.js'

const folder = join(projectRoot, 'src/engines/redis/scripts')
const options: ScriptOptions = { ...generous, partitions: 1, hearsAll: false, isSharded: false }

/** All scripts with some settings. */
function allOf(given: ScriptOptions) {
  const texts = new ScriptTexts(given)
  return scriptNames.map(name => texts.get(name))
}

describe('the scripts', () => {
  it('are the files of the folder, each by its digest', () => {
    const files = readdirSync(folder).filter(name => name.endsWith('.lua'))
    expect(scriptNames.map(name => `${name}.lua`).sort()).toEqual(files.sort())
    for (const { text, sha } of allOf(options)) {
      expect(sha).toBe(createHash('sha1').update(text).digest('hex'))
    }
  })

  it('begin with the shared files, all of them, and the settings', () => {
    const texts = allOf({ ...options, roomGraceMs: 0, keepLonger: true }).map(({ text }) => text)
    for (const text of texts) {
      expect(text).toMatch(/^local options = \{ messageTtlMs = 1000000000000, /)
      expect(text).toContain('graceMs = 300000, erasesAtFirst = false')
      expect(text).toContain('keepLonger = true')
      const shared = readdirSync(join(folder, 'shared'))
      const definitions = [...text.matchAll(/^function (\w+)\./gm)].map(([, module]) => module)
      expect(new Set(definitions).size).toBeGreaterThanOrEqual(shared.length - 2)
    }
  })

  it('go over the wire without comments', () => {
    for (const { text } of allOf(options)) expect(text).not.toMatch(/^\s*--/m)
  })
})
