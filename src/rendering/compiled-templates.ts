import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Eta, type TemplateFunction } from 'eta'

/** What Eta's own escaping changes. Asked here, as that makes the expression anew for each value. */
const escaped = /[&<>"']/

/** What a template is rendered with, by name. */
type Data = Record<string, unknown>

/** A template as a function of its `it`. */
export type Template = (it: object) => string

/** The templates of a folder. */
export interface Templates {
  /** The template of a path, such as `/partials/article`. Throws an Error for a path without one, and looks for no file. */
  readonly find: (path: string) => Template
  /**
   * Makes an empty `it` that has a property of each name that any template reads. V8 gives all of them one hidden class, by
   * which templates find what they read, and by which it is set; an object to which dozens of properties are added becomes a
   * hash table.
   */
  readonly createData: () => object
}

/**
 * Compiles every template of a folder. All are compiled at the start: an error page must not need a file descriptor when there
 * are none left.
 */
export function compileTemplates(folder: string): Templates {
  const eta = new Eta({ autoTrim: false })
  const compiled = new Map<string, TemplateFunction>()
  const names = new Set<string>()
  const find = (path: string): TemplateFunction => {
    const template = compiled.get(path)
    if (!template) throw new Error(`There is no template ${path}`)
    return template
  }
  const { escapeFunction } = eta.config
  eta.config.escapeFunction = value => {
    const text = typeof value === 'string' ? value : String(value)
    return escaped.test(text) ? escapeFunction(text) : text
  }
  eta.compileToString = source => frame(eta.compileBody(eta.parse(source)))
  // What templates call to include another.
  eta.render = (path, it, more) => renderWith(typeof path === 'string' ? find(path) : path, eta, it, more)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.name.endsWith('.eta')) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, file).split(sep).join('/').slice(0, -'.eta'.length)}`
    const source = joinLines(readFileSync(file, 'utf8'))
    for (const [, name = ''] of source.matchAll(/\bit\.(\w+)/g)) names.add(name)
    compiled.set(path, eta.compile(source))
  }
  return {
    find: path => {
      const template = find(path)
      return it => template.call(eta, it)
    },
    createData: makerOf(names),
  }
}

/** Makes the function that makes objects with these properties. A class has room for more of them than a literal. */
function makerOf(names: Iterable<string>): () => object {
  return new Function(`class Data{${[...names].join(';')}}return()=>new Data()`)()
}

/**
 * Renders a partial with what its template got and `more`, which is put into the same object and taken out again: to copy the
 * object took most of a page's time. If the partial throws, so does the whole page, and nobody reads the object again.
 */
function renderWith(partial: TemplateFunction, eta: Eta, it: object, more?: object): string {
  if (more === undefined) return partial.call(eta, it)
  // The same objects, of a type whose properties have names.
  const data: Data = Object(it)
  const given: Data = Object(more)
  const before: unknown[] = []
  for (const name in given) {
    before.push(data[name])
    data[name] = given[name]
  }
  const html = partial.call(eta, it)
  let index = 0
  for (const name in given) data[name] = before[index++]
  return html
}

/**
 * The body of a compiled template, made a function. Eta's own frame resolves the path of every partial, copies `it` for each
 * and defines what no template here uses; that took ten times as long as the rest. A partial without data of its own gets
 * `it` as it is. Interpolation escapes as Eta has it.
 */
function frame(body: string): string {
  const layout = /\blayout\(/.test(body)
  return [
    `let __html = ''; const __escape = this.config.escapeFunction`,
    /\b(?:include|layout)\(/.test(body) ? 'const include = (path, more) => this.render(path, it, more)' : '',
    layout ? 'let outer, given; const layout = (path, more) => { outer = path; given = more }' : '',
    // Variables take less time than properties of an object of Eta's.
    body.replace(/^__eta\.res\+=(__eta\.e)?/gm, (_, isEscaped) => `__html+=${isEscaped ? '__escape' : ''}`),
    layout ? 'if (outer !== undefined) return include(outer, { body: __html, ...given })' : '',
    'return __html',
  ].join('\n')
}

/**
 * A template on one line. Its line breaks and indentation are for whoever edits it and are never rendered: each becomes
 * one space before an attribute and nothing elsewhere. White space that must be rendered stands within a line.
 */
function joinLines(template: string): string {
  return template
    .split(/(<%.*?%>)/s)
    .map(part => (part.startsWith('<%') ? part : part.replace(/\s*\n\s*(?=[a-z])/g, ' ').replace(/\s*\n\s*/g, '')))
    .join('')
}
