import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testsNamedIn, titlesIn } from './support/named-tests.js'

const root = new URL('../', import.meta.url)
const text = readFileSync(new URL('SECURITY.md', root), 'utf8')
const [promised = ''] = text.split('## What is not promised')
const claims = promised.split('\n').filter(line => line.startsWith('- ') && !line.includes('as they live'))
const held = testsNamedIn(promised)

describe('SECURITY.md', () => {
  it.each(held)('names a test that exists: $file: $name', ({ file, name }) => {
    expect(titlesIn(file)).toContain(name)
  })

  it('has a test for whatever is claimed of somebody', () => {
    const [, people = ''] = promised.split('## A stranger')
    const bare = people.split('\n').filter(line => line.startsWith('- ') && !line.includes('— `test/'))
    expect(claims.length).toBeGreaterThan(25)
    expect(bare).toEqual([])
  })

  it('names every folder of tests by its right name', () => {
    const mentioned = text.match(/`test\/[^`]+`/g) ?? []
    expect(mentioned.length).toBe(held.length + 1)
  })
})
