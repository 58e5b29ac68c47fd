import type { RequestHandler } from 'express'
import type { Language } from '../languages.js'
import { renderPage, sendRendered, viewerOf } from '../web/pages.js'
import type { OpenApi } from './openapi.js'
import { problemCodes, sayProblem, statusOfProblem } from './problems.js'

/**
 * The description as a page to read: the same facts as /api/openapi.json. It is rendered once in each language, since
 * anybody may ask for it as often as they like.
 */
export function apiDocs({ paths, components }: OpenApi): RequestHandler {
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
  const problems = problemCodes.map(code => ({ code, status: statusOfProblem(code), sentence: sayProblem(code) }))
  const pages = new Map<Language, string>()
  return (request, response) => {
    request.csrfToken ??= () => ''
    const { language } = viewerOf(request)
    const page = pages.get(language) ?? renderPage(request, 'api-docs', { operations, schemas, problems })
    pages.set(language, page)
    sendRendered(request, response, 200, page)
  }
}

function pretty(schema: object | undefined): string {
  return schema ? JSON.stringify(schema, null, 2) : ''
}
