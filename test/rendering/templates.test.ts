import { expect, it } from 'vitest'
import { errorTable } from '#src/chat/errors.js'
import { languages } from '#src/languages.js'
import { readCatalogue, readTexts } from '../support/views/project-text.js'

const templates = readTexts('views', '.eta')
const programs = readTexts('src', '.ts')
const english = readCatalogue('en')

/** Templates whose text no page shows: settings of htmx inside an attribute. */
const notOfPages = new Set(['views/partials/connection-config.eta'])
const saidAttributes =
  /\s(?:title|alt|placeholder|aria-label|aria-roledescription|aria-valuetext|data-words|data-text|data-unreadable|data-foreign|data-broken)="([^"]*)"/g
const word = /\p{L}/u
const literal = /'([^']*)'|`([^`]*)`/g

/** Words that a template shows or has read out: between its tags, in attributes such as `title`, and in its code. */
function wordsOf(template: string): string[] {
  const outputs: string[] = []
  // Replaces template tags by characters that are no letters, so that plain HTML is left.
  const html = template.replace(/<%([=~]?)([\s\S]*?)%>/g, (_, kind: string, code: string) =>
    kind === '=' ? `\uE000${outputs.push(code) - 1}\uE001` : '',
  )
  const attributes = [...html.matchAll(saidAttributes)].map(([, value = '']) => value)
  const texts = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .split(/<(?:"[^"]*"|'[^']*'|[^"'>])*>/)
    .concat(attributes)
  const shownCode = texts.flatMap(text =>
    [...text.matchAll(/\uE000(\d+)\uE001/g)].map(([, at]) => outputs[Number(at)] ?? ''),
  )
  return [...texts, ...shownCode.flatMap(literalsOf)].filter(text => word.test(text))
}

/** String literals in a template tag that are neither names of sentences nor compared with. */
function literalsOf(code: string): string[] {
  return [
    ...code
      .replace(/[!=]== *'[^']*'/g, '')
      .replaceAll("'\\n'", '')
      .matchAll(literal),
  ]
    .map(([, single, back]) => single ?? back ?? '')
    .filter(text => !english.has(text) && !beginnings.has(text))
}

/** Beginnings of sentence names that code completes: 'status.' + it.status, `error.${code}`. */
const beginnings = new Set(
  [...templates.values(), ...programs.values()].flatMap(text =>
    [...text.matchAll(/['`]([a-z]\w*\.)(?:'\s*\+|\$\{)/g)].map(([, beginning = '']) => beginning),
  ),
)

const everything = [...templates.values(), ...programs.values()].join('\n')
const isQuoted = (text: string) => [`'${text}'`, `"${text}"`, `\`${text}\``].some(quoted => everything.includes(quoted))
/** Whether code mentions a word: as a value, as the name of a property, or in a list. */
const isCode = (text: string) => isQuoted(text) || new RegExp(`\\b${text}\\b\\s*[:,}]`).test(everything)

it.each([...templates].filter(([path]) => !notOfPages.has(path)))('%s has no words of its own', (_path, template) => {
  expect(wordsOf(template)).toEqual([])
})

const longestLine = 140

it('has no line of a template that is too long to edit', () => {
  const long = [...templates].flatMap(([path, template]) =>
    template.split('\n').flatMap((line, index) => (line.length > longestLine ? [`${path}:${index + 1}`] : [])),
  )
  expect(long).toEqual([])
})

/** The forms of a template that are posted: what stands between their tags. */
function postedForms(template: string): string[] {
  return [...template.matchAll(/<form\b((?:<%[\s\S]*?%>|"[^"]*"|'[^']*'|[^>"'])*)>([\s\S]*?)<\/form>/g)]
    .filter(([, attributes = '']) => /\smethod="post"/i.test(attributes))
    .map(([, , content = '']) => content)
}

it('has the CSRF field in every form that is posted, from its one partial', () => {
  const forms = [...templates].flatMap(([path, template]) => postedForms(template).map(content => ({ path, content })))
  expect(forms.length).toBeGreaterThan(20)
  expect(forms.filter(({ content }) => !content.includes("<%~ include('/partials/csrf-field') %>"))).toEqual([])
  const naming = [...templates].filter(([, template]) => template.includes('_csrf')).map(([path]) => path)
  expect(naming).toEqual(['views/partials/csrf-field.eta'])
})

it('finds posted forms, however their tags are laid out', () => {
  const found = postedForms(
    `<form method="get">no</form><form\n  id="<%= a > b %>"\n  method="post"\n><p>one</p></form><form method="post">two</form>`,
  )
  expect(found).toEqual(['<p>one</p>', 'two'])
})

it('finds words outside the catalogue, wherever they are shown', () => {
  const found = wordsOf(
    `<p title="A title"><%= it.t('chat.you') %> plain <b data-x="no"><%= it.ok ? 'yes indeed' : '' %></b><%~ include('/x') %></p>`,
  )
  expect(found).toEqual(['\uE0000\uE001 plain ', 'A title', 'yes indeed'])
})

it('has no sentence that nothing says', () => {
  const unused = [...english.keys()].filter(key => {
    const [beginning = ''] = /^[^.]+\./.exec(key) ?? []
    return !isQuoted(key) && !(beginnings.has(beginning) && isCode(key.slice(beginning.length)))
  })
  expect(unused).toEqual([])
})

it('has every sentence that code or a template names', () => {
  const named = [...everything.matchAll(/\bt\(\s*['"`]([\w.]+)['"`]\s*[,)]/g)].map(([, key = '']) => key)
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter(key => !english.has(key))).toEqual([])
})

it.each(languages)('has every sentence whose name is put together, in %s', language => {
  const sentences = readCatalogue(language)
  const problems = [...everything.matchAll(/'((?:username|email|password)_[a-z_]+)'/g)].map(([, problem]) => problem)
  expect(problems).toContain('password_short')
  const keys = [
    ...Object.values(errorTable).map(({ sentence }) => sentence),
    ...['sent', 'delivered', 'seen'].map(status => `status.${status}`),
    ...['required', ...problems].map(problem => `field.${problem}`),
  ]
  expect(keys.filter(key => !sentences.has(key))).toEqual([])
  // A new way of putting names together must be listed here too.
  expect([...beginnings].sort()).toEqual(['error.', 'field.', 'status.'])
})
