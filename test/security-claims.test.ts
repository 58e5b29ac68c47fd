import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const text = readFileSync(new URL('SECURITY.md', root), 'utf8')
const [promised = ''] = text.split('## What is not promised')
const claims = promised.split('\n').filter(line => line.startsWith('- ') && !line.includes('as they live'))
const held = [...promised.matchAll(/`(test\/[\w./-]+\.ts)`: "([^"]+)"/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}))

/** The titles of a file's tests as they are written. */
function titlesIn(file: string): string[] {
  const url = new URL(file, root)
  if (!existsSync(url)) return []
  const source = readFileSync(url, 'utf8')
  return [...source.matchAll(/(?:^|\s)(?:it|test)(?:\.each\([\s\S]*?\))?\(\s*(['"`])(.*?)\1,/g)].map(
    ([, , title = '']) => title,
  )
}

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
