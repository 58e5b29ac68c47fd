import { existsSync, readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** The titles of a file's tests as they are written; none for a file that is not there. */
export function titlesIn(file: string): string[] {
  const url = new URL(file, root)
  if (!existsSync(url)) return []
  const source = readFileSync(url, 'utf8')
  return [...source.matchAll(/(?:^|\s)(?:it|test)(?:\.each\([\s\S]*?\))?\(\s*(['"`])(.*?)\1,/g)].map(
    ([, , title = '']) => title,
  )
}

/** The tests that a text names as `test/FILE`: "TITLE". */
export function testsNamedIn(text: string): { file: string; name: string }[] {
  return [...text.matchAll(/`(test\/[\w./-]+\.ts)`: "([^"]+)"/g)].map(([, file = '', name = '']) => ({ file, name }))
}
