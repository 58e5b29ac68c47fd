import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandNames, readScript, type ScriptOptions } from '#src/engines/redis/script-texts.js'
import { projectRoot } from '#src/project-root.js'
import { generous } from '../../support/engine/world.js'

const folder = join(projectRoot, 'src/engines/redis/scripts')
const options: ScriptOptions = { ...generous, partitions: 1, hearsAll: false, waitsForPrivacy: false, isSharded: false }

describe('the script', () => {
  it('has every command of the folder, behind every shared file', () => {
    const filesOf = (path: string) => readdirSync(path).filter(name => name.endsWith('.lua'))
    expect(commandNames.map(name => `${name}.lua`).sort()).toEqual(filesOf(folder).sort())
    const { text } = readScript(options)
    for (const name of commandNames) expect(text).toContain(`if command == '${name}' then\n`)
    const shared = filesOf(join(folder, 'shared')).filter(name => name !== 'base.lua')
    expect(text.match(/^define\(/gm)).toHaveLength(shared.length)
    for (const name of shared) expect(text).toContain(`define({ ${name.replace('.lua', '')}`)
  })

  it('is known by its digest, and begins with the settings', () => {
    const { text, sha } = readScript({ ...options, roomGraceMs: 0, keepLonger: true })
    expect(sha).toBe(createHash('sha1').update(text).digest('hex'))
    expect(text).toMatch(/^local options = \{ messageTtlMs = 1000000000000, /)
    expect(text).toContain('graceMs = 300000, erasesAtFirst = false')
    expect(text).toContain('keepLonger = true')
    expect(readScript(options).sha).not.toBe(sha)
  })

  it('goes over the wire without comments', () => {
    expect(readScript(options).text).not.toMatch(/^\s*--/m)
  })
})
