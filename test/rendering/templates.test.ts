import { expect, it } from 'vitest'
import { errorTable } from '#src/chat/errors.js'
import { languages } from '#src/languages.js'
import { readCatalogue, readTexts } from '../support/views/project-text.js'

const templates = readTexts('views', '.eta')
const programs = readTexts('src', '.ts')
const english = readCatalogue('en')

/** What is text of a file but no text of a page: settings of htmx, inside an attribute. */
const notOfPages = new Set(['views/partials/line-config.eta'])
const saidAttributes =
  /\s(?:title|alt|placeholder|aria-label|aria-roledescription|aria-valuetext|data-words|data-text|data-failed|data-broken)="([^"]*)"/g
const word = /\p{L}/u
const literal = /'([^']*)'|`([^`]*)`/g

/** What a template shows by itself: words between its tags and in the attributes that are read out, and in its code. */
function wordsOf(template: string): string[] {
  const outputs: string[] = []
  // Tags of the template become signs that are no letters, so that what is left is plain HTML.
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

/** Words in the code of an output that are neither a sentence's name nor compared with. */
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

/** Beginnings of names that code completes: 'status.' + it.status, `error.${code}`. */
const beginnings = new Set(
  [...templates.values(), ...programs.values()].flatMap(text =>
    [...text.matchAll(/['`]([a-z]\w*\.)(?:'\s*\+|\$\{)/g)].map(([, beginning = '']) => beginning),
  ),
)

const everything = [...templates.values(), ...programs.values()].join('\n')
const isQuoted = (text: string) => [`'${text}'`, `"${text}"`, `\`${text}\``].some(quoted => everything.includes(quoted))
/** A code may stand as a value, as the name of a property, or in a list of words. */
const isCode = (text: string) => isQuoted(text) || new RegExp(`\\b${text}\\b\\s*[:,}]`).test(everything)

it.each([...templates].filter(([path]) => !notOfPages.has(path)))('%s has no words of its own', (_path, template) => {
  expect(wordsOf(template)).toEqual([])
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
