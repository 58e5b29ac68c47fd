import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '#src/project-root.js'

/** The folders of src/, the lowest first, as docs/architecture.md draws them. Imports go down, or stay in their folder. */
const floors = [
  ['chat'],
  ['redis'],
  ['shared-store'],
  ['basics'],
  ['accounts', 'engines/memory', 'engines/redis'],
  ['accounts/store', 'images', 'push', 'rendering'],
  ['live/client'],
  ['live/transport'],
  ['live/html', 'live/json'],
  ['live'],
  ['http'],
  ['http/pictures', 'ops'],
  ['context'],
  ['api', 'web/page'],
  ['web/accounts', 'web/chats'],
  ['web'],
  ['backends'],
  ['backends/memory', 'backends/redis'],
  ['wiring'],
  ['server'],
]
const longest = 200
const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')
const list = (folder: string) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .map(path => join(folder, path))
    .filter(path => !path.includes('/node_modules/'))
const sources = list('src').filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))
const ofServer = sources.filter(path => !path.startsWith('src/browser/'))

/** The files that one imports. */
function importsOf(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import\() ?'([^']+)'/g)].flatMap(([, name = '']) => {
    const target = name.startsWith('#src/') ? join('src', name.slice(5)) : normalize(join(dirname(path), name))
    const file = target.replace(/\.js$/, '.ts')
    return (name.startsWith('.') || name.startsWith('#src/')) && sources.includes(file) ? [file] : []
  })
}

/** The folder of a file of the server, by which its floor is known; of the files at the top, what they are. */
function folderOf(path: string): string {
  const folder = dirname(path).slice('src/'.length)
  if (folder !== '') return folder
  const name = path.slice('src/'.length, -'.ts'.length)
  if (['server', 'start', 'start-tunnel', 'main'].includes(name)) return 'server'
  return name === 'context' ? 'context' : 'basics'
}

const floorOf = (path: string) => floors.findIndex(folders => folders.includes(folderOf(path)))

describe('the architecture', () => {
  it('has a floor for every folder', () => {
    expect(ofServer.filter(path => floorOf(path) < 0)).toEqual([])
  })

  it('has no import that goes up, or to another folder of the same floor', () => {
    const wrong = ofServer.flatMap(path =>
      importsOf(path)
        .filter(target => floorOf(target) > floorOf(path) || isBeside(path, target))
        .map(target => `${path} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('has no circle of imports', () => {
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' > '))
      if (trail.includes(path) || done.has(path)) return
      for (const target of importsOf(path)) visit(target, [...trail, path])
      done.add(path)
    }
    for (const path of sources) visit(path, [])
    expect(circles).toEqual([])
  })

  it(`has no file of more than ${longest} lines that does not say why, and a short one that wires all together`, () => {
    const long = [...sources, ...list('test'), ...list('scripts')].filter(path => {
      if (!/\.(ts|mjs)$/.test(path)) return false
      const text = read(path)
      return text.trimEnd().split('\n').length > longest && !/^(?:.*\n){0,3}.*Long because/.test(text)
    })
    expect(long).toEqual([])
    expect(read('src/server.ts').trimEnd().split('\n').length).toBeLessThan(120)
  })

  it('keeps Express out of the domain, accounts and pictures, and the engine behind the one door', () => {
    const withExpress = /^src\/(http|web|api|ops|wiring|context|untyped)/
    expect(ofServer.filter(path => !withExpress.test(path) && /from 'express'/.test(read(path)))).toEqual([])
    const knowEngines = ofServer.filter(path => importsOf(path).some(target => target.startsWith('src/engines/')))
    expect(knowEngines.filter(path => !path.startsWith('src/engines/'))).toEqual([
      'src/backends/memory/memory-backend.ts',
      'src/backends/redis/redis-backend.ts',
    ])
  })

  it('is described: every folder and every path that docs/architecture.md names is there', () => {
    const text = read('docs/architecture.md')
    const folders = new Set(ofServer.map(folderOf).filter(folder => !['basics', 'server', 'context'].includes(folder)))
    expect([...folders].filter(folder => !text.includes(`${folder}/`))).toEqual([])
    const named = [...text.matchAll(/`((?:src|views|test|locales|docs|scripts)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    )
    expect(named.filter(path => !existsSync(join(projectRoot, path)))).toEqual([])
  })

  it('has the tests of each module of the pages named in test/browser/README.md, and none that is not there', () => {
    const text = read('test/browser/README.md')
    const modules = sources.filter(path => path.startsWith('src/browser/')).map(path => basename(path, '.ts'))
    const named = [...text.matchAll(/`(?:worker\/)?([\w-]+)`/g)].map(([, name = '']) => name)
    expect(modules.filter(name => !named.includes(name))).toEqual([])
    const rows = text.split('\n').filter(line => line.startsWith('| `'))
    const inRows = rows.flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`(?:worker\/)?([\w-]+)`/g)])
    expect(inRows.map(([, name = '']) => name).filter(name => !modules.includes(name))).toEqual([])
    const tests = [...text.matchAll(/`([\w/-]+\.(?:spec|test)\.ts)`/g)].map(([, name = '']) => name)
    const isThere = (name: string) => existsSync(join(projectRoot, name.includes('/') ? '' : 'test/browser', name))
    expect(tests.filter(name => !isThere(name))).toEqual([])
  })

  it('names no source outside the repository but public documents', () => {
    const all = [...sources, ...list('test'), ...list('scripts'), ...list('bench')]
    const named = all
      .filter(path => /\.(ts|mjs)$/.test(path))
      .flatMap(path =>
        [...read(path).matchAll(/Source: (?!\()([^\s,*]+)/g)].map(([, source = '']) => ({ path, source })),
      )
    const isPublic = (source: string) => /^(RFC|WCAG|Unicode|ISO\/IEC|https:\/\/|[a-z_]+\(\d\))/.test(source)
    const isHere = (source: string) => existsSync(join(projectRoot, source.replace(/\.$/, '')))
    expect(named.filter(({ source }) => !isPublic(source) && !isHere(source))).toEqual([])
  })
})

function isBeside(path: string, target: string): boolean {
  const floor = floorOf(path)
  return floor > 0 && floor === floorOf(target) && folderOf(path) !== folderOf(target)
}
