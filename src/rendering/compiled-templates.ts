import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Eta, type TemplateFunction } from 'eta'

/** What Eta's own escaping changes. Asked here, as that makes the expression anew for each value. */
const escaped = /[&<>"']/

/** A template as a function of its `it`. */
export type Template = (it: object) => string

/**
 * Compiles every template of a folder. All are compiled at the start: an error page must not need a file descriptor when there
 * are none left. A template is found by its path, such as `/partials/article`.
 * @returns the function that finds a template; it throws an Error for a path without one, and looks for no file
 */
export function compileTemplates(folder: string): (path: string) => Template {
  const eta = new Eta({ autoTrim: false })
  const compiled = new Map<string, TemplateFunction>()
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
    compiled.set(path, eta.compile(joinLines(readFileSync(file, 'utf8'))))
  }
  return path => {
    const template = find(path)
    return it => template.call(eta, it)
  }
}

/**
 * Renders a partial with what its template got and `more`, which is put into the same object and taken out again: to copy the
 * object took most of a page's time. If the partial throws, so does the whole page, and nobody reads the object again.
 */
function renderWith(partial: TemplateFunction, eta: Eta, it: object, more?: object): string {
  if (more === undefined) return partial.call(eta, it)
  const before: [name: string, value: unknown][] = []
  for (const [name, value] of Object.entries(more)) {
    before.push([name, Reflect.get(it, name)])
    Reflect.set(it, name, value)
  }
  const html = partial.call(eta, it)
  for (const [name, value] of before) Reflect.set(it, name, value)
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
    `const __eta = { res: '', e: this.config.escapeFunction }`,
    /\b(?:include|layout)\(/.test(body) ? 'const include = (path, more) => this.render(path, it, more)' : '',
    layout ? 'let outer, given; const layout = (path, more) => { outer = path; given = more }' : '',
    body,
    layout ? 'if (outer !== undefined) return include(outer, { body: __eta.res, ...given })' : '',
    'return __eta.res',
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
