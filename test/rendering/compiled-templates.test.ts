import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { compileTemplates } from '#src/rendering/compiled-templates.js'

/** Compiles templates, given by their paths below a folder, and deletes them. */
function compile(templates: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(templates)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const { find, createData } = compileTemplates(folder)
  rmSync(folder, { recursive: true, force: true })
  return Object.assign((path: string, it: object = {}) => find(path)(it), { createData })
}

it('escapes what a template interpolates, and renders what it says is HTML as it is', () => {
  const render = compile({ 'a.eta': `<%= it.text %> <%~ it.text %>` })
  expect(render('/a', { text: `<b title="'">&` })).toBe(`&lt;b title=&quot;&#39;&quot;&gt;&amp; <b title="'">&`)
})

it('gives a partial what its template got, and what is given beside it, which stays with the partial', () => {
  const render = compile({
    'a.eta': `<%~ include('/p/b') %> <%~ include('/p/b', { name: '<you>' }) %> <%= it.name %>`,
    'p/b.eta': 'Hello <%= it.name %><%= it.end %>',
  })
  expect(render('/a', { name: 'me', end: '!' })).toBe('Hello me! Hello &lt;you&gt;! me')
})

it('puts a page into its layout, which gets what the page got and what is given to it', () => {
  const render = compile({
    'page.eta': `<% layout('/outer', { title: 'of ' + it.name }) %><p><%= it.name %></p>`,
    'outer.eta': '<title><%= it.title %></title><%~ it.body %><%= it.name %>',
  })
  expect(render('/page', { name: 'a&b' })).toBe('<title>of a&amp;b</title><p>a&amp;b</p>a&amp;b')
})

it('keeps nothing of what was rendered before', () => {
  const render = compile({ 'a.eta': `<%= it.text ?? '' %><%~ include('/b') %>`, 'b.eta': `<%= it.text ?? '' %>` })
  expect([render('/a', { text: 'x' }), render('/a')]).toEqual(['xx', ''])
})

it('makes objects with all that templates read, of which each has what was put into it', () => {
  const render = compile({ 'a.eta': `<%= it.one %><%~ include('/b', { two: 2 }) %>`, 'b.eta': '<%= it.two %>' })
  const [made, other] = [render.createData(), render.createData()]
  expect(render('/a', Object.assign(made, { one: 1 }))).toBe('12')
  expect(made).toEqual({ one: 1, two: undefined })
  expect(other).toEqual({ one: undefined, two: undefined })
})

it.each(['/nowhere', '/constructor', '/__proto__', '/../package', '/a.eta', ''])(
  'refuses %j, which is no template',
  path => {
    const render = compile({ 'a.eta': '', 'b.eta': '<%~ include(it.path) %>' })
    expect(() => render(path)).toThrow(`There is no template ${path}`)
    expect(() => render('/b', { path })).toThrow(`There is no template ${path}`)
  },
)

it('does not begin with a template that cannot be compiled', () => {
  expect(() => compile({ 'a.eta': '<% if ( %>' })).toThrow(/syntax/)
})
