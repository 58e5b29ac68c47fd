import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testsNamedIn, titlesIn } from './support/named-tests.js'

const root = new URL('../', import.meta.url)
const text = readFileSync(new URL('docs/accessibility.md', root), 'utf8')
const [, statement = ''] = text.split('## WCAG 2.2, criterion by criterion')
const rows = statement.split('\n').filter(line => /^\| \d/.test(line))

/** Of the levels A and AA. Source: https://www.w3.org/TR/WCAG22/ */
const criteria =
  '1.1.1 1.2.1-5 1.3.1-5 1.4.1-5 1.4.10-13 2.1.1-2 2.1.4 2.2.1-2 2.3.1 2.4.1-7 2.4.11 2.5.1-4 2.5.7-8 3.1.1-2 3.2.1-4 3.2.6 3.3.1-4 3.3.7-8 4.1.2-3'
    .split(' ')
    .flatMap(range => {
      const [from = '', to = ''] = range.split('-')
      const [, head = '', first = ''] = /^(\d\.\d\.)(\d+)$/.exec(from) ?? []
      const last = Number(to || first)
      return Array.from({ length: last - Number(first) + 1 }, (_, index) => `${head}${Number(first) + index}`)
    })

describe('docs/accessibility.md', () => {
  it('speaks of every criterion of the levels A and AA, once and in their order', () => {
    const media = ['1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.2.5']
    const spoken = rows.flatMap(row => (row.includes('1.2.1 to 1.2.5') ? media : [row.split(' ')[1]]))
    expect(spoken).toEqual(criteria)
  })

  it('has a proof of each that exists: a test by its title, or a review of files, with its date', () => {
    const bare = rows.filter(row => {
      const tests = testsNamedIn(row)
      const [, read = ''] = /\| review of (.+) on \d{4}-\d{2}-\d{2} \|$/.exec(row) ?? []
      const files = [...read.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
      const isThere = files.every(file => existsSync(new URL(file, root)))
      return (
        tests.length + files.length === 0 || !isThere || tests.some(({ file, name }) => !titlesIn(file).includes(name))
      )
    })
    expect(bare).toEqual([])
  })
})
