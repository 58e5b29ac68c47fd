import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const hosting = read('docs/hosting.md')

it('the nginx examples send every header that docs/hosting.md says a proxy must send', () => {
  const [, table = ''] = /\n\| header \|.*\n((?:\|.*\n)+)/.exec(hosting) ?? []
  const named = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) => cell.match(/`[^`]+`/g) ?? [])
  const passedOnUnasked = ['`Origin`', '`Cookie`']
  const sent = (config: string) =>
    [...config.matchAll(/^\s*proxy_set_header (\S+) /gm)].map(([, name]) => `\`${name}\``)
  expect(named).toEqual(expect.arrayContaining(passedOnUnasked))
  for (const config of [read('deploy/nginx.conf'), hosting]) {
    expect(sent(config).sort()).toEqual(named.filter(name => !passedOnUnasked.includes(name)).sort())
  }
  // The port must not be lost.
  expect(read('deploy/nginx.conf')).toContain('proxy_set_header Host $http_host;')
})
