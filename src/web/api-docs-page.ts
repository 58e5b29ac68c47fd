import type { ShowDocs } from '../api/api.js'
import type { OpenApi } from '../api/openapi.js'
import { type ErrorCode, errorTable } from '../chat/errors.js'
import { defaultLanguage, type Language } from '../languages.js'
import { refusalSentence } from '../rendering/refusals.js'
import { translator } from '../rendering/sentences.js'
import { renderPage, sendRendered, viewerOf } from './page/pages.js'

const codes = Object.keys(errorTable).filter(isCode).sort()

function isCode(code: string): code is ErrorCode {
  return code in errorTable
}

/**
 * The description of the API as a page, with the facts of /api/openapi.json. Rendered once in each language, since strangers
 * may ask for it as often as they like.
 */
export const apiDocs: ShowDocs = describe => {
  const pages = new Map<Language, string>()
  return (request, response) => {
    request.csrfToken ??= () => ''
    const { language } = viewerOf(request)
    const page = pages.get(language) ?? renderPage(request, 'api-docs', viewApi(describe()))
    pages.set(language, page)
    sendRendered(request, response, 200, page)
  }
}

/** What the page shows of the description. */
function viewApi({ paths, components }: OpenApi): object {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      title: `${method.toUpperCase()} /api${path}`,
      summary: operation.summary,
      needsLogin: operation.security.length > 0,
      parameters: operation.parameters.map(({ name, schema }) => ({ name, schema: pretty(schema) })),
      body: pretty(operation.requestBody?.content['application/json']?.schema),
      answers: Object.entries(operation.responses).map(([status, { description, content }]) => ({
        status,
        description: description.replaceAll('`', ''),
        schema: pretty(content?.['application/json']?.schema),
      })),
    })),
  )
  const schemas = Object.entries(components.schemas).map(([name, schema]) => ({ name, schema: pretty(schema) }))
  const say = translator(defaultLanguage)
  const problems = codes.map(code => ({
    code,
    status: errorTable[code].status,
    sentence: refusalSentence({ code }, say, ''),
  }))
  return { operations, schemas, problems }
}

function pretty(schema: object | undefined): string {
  return schema ? JSON.stringify(schema, null, 2) : ''
}
