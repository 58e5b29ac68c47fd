import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta'
import { type Language, traitsOf } from '../languages.js'
import { projectRoot } from '../project-root.js'
import { assetUrl } from './assets.js'
import { type Translate, translator } from './sentences.js'
import { segmentText } from './text-segments.js'
import { Times } from './times.js'

const eta = loadTemplates(join(projectRoot, 'views'))

/** Loads every template at the start: an error page must not need a file descriptor when there are none left. */
function loadTemplates(views: string): Eta {
  const loaded = new Eta({ views, cache: true, autoTrim: false })
  for (const entry of readdirSync(views, { withFileTypes: true, recursive: true })) {
    const filepath = join(entry.parentPath, entry.name)
    if (!entry.name.endsWith('.eta')) continue
    loaded.loadTemplate(filepath, loaded.compile(joinLines(readFileSync(filepath, 'utf8')), { filepath }))
  }
  loaded.readFile = path => {
    throw new Error(`There is no template ${path}`)
  }
  return loaded
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

/** Who looks at a page. Language, region and zone decide how things are said; `zone` is null until it is known. */
export interface Viewer {
  readonly userId: string
  readonly language: Language
  readonly zone: string | null
  /** The region whose dates and hours the viewer is used to; null or absent if it is not known. */
  readonly region?: string | null
  /** Whether titles leave names out. */
  readonly hidesNames?: boolean | undefined
}

/** What every template gets as `it`, beside its own data. */
export interface ViewContext {
  readonly t: Translate
  readonly times: Times
  readonly language: Language
  readonly direction: 'ltr' | 'rtl'
}

/** Makes the context for a viewer's language, zone and region. */
export function viewContext({ language, zone, region }: Omit<Viewer, 'userId'>): ViewContext {
  const t = translator(language)
  return { t, times: new Times(language, zone, t, region), language, direction: traitsOf(language).direction }
}

/** Renders a template of views/, with escaping on. */
export function render(template: string, context: ViewContext, data: object): string {
  return eta.render(template, { ...context, segmentText, assetUrl, ...data })
}

/** Renders a partial. Pages, pushes and catch-ups all use it, so they cannot differ. */
export function renderPartial(name: string, context: ViewContext, data: object): string {
  return render(`partials/${name}`, context, data).trim()
}
