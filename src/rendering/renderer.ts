import { join } from 'node:path'
import { type Language, traitsOf } from '../languages.js'
import { projectRoot } from '../project-root.js'
import { RecentValues } from '../recent-values.js'
import { assetUrl } from './assets.js'
import { compileTemplates, type Template } from './compiled-templates.js'
import { type Translate, translator } from './sentences.js'
import { segmentText } from './text-segments.js'
import { Times } from './times.js'

const templates = compileTemplates(join(projectRoot, 'views'))
/** The partials that were rendered so far, by name: as many as there are, at most. */
const partials = new Map<string, Template>()

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
  readonly segmentText: typeof segmentText
  readonly assetUrl: typeof assetUrl
}

/** The contexts that were asked for last. They say nothing of anybody: people of one language, region and zone share one. */
const contexts = new RecentValues<ViewContext>(200)

/** The context for a viewer's language, zone and region. */
export function viewContext({ language, zone, region = null }: Omit<Viewer, 'userId'>): ViewContext {
  return contexts.get(`${language} ${zone} ${region}`, () => {
    const t = translator(language)
    const times = new Times(language, zone, t, region)
    return { t, times, language, direction: traitsOf(language).direction, segmentText, assetUrl }
  })
}

/** Makes an empty object for `render`, which renders a page much faster from it than from any other. */
export const createData = templates.createData

/**
 * Renders a template of views/, with escaping on.
 * @param data made for this call, as for `renderPartial`
 */
export function render(template: string, context: ViewContext, data: object): string {
  return templates.find(`/${template}`)(Object.assign(data, context))
}

/**
 * Renders a partial. Pages, pushes and catch-ups all use it, so they cannot differ.
 * @param data made for this call: the context is added to it, since copying both takes longer than to render a message
 */
export function renderPartial(name: string, context: ViewContext, data: object): string {
  return partialOf(name)(Object.assign(data, context)).trim()
}

/** Renders a partial that is an element, so that no space is around it, with data that has the context in it. */
export function renderPrepared(name: string, data: ViewContext): string {
  return partialOf(name)(data)
}

function partialOf(name: string): Template {
  let partial = partials.get(name)
  if (!partial) {
    partial = templates.find(`/partials/${name}`)
    partials.set(name, partial)
  }
  return partial
}
