import type { RequestHandler } from 'express'
import { sendPage } from '../web/pages.js'
import type { OpenApi } from './openapi.js'
import { problemCodes, sayProblem, statusOfProblem } from './problems.js'

/** The description as a page to read: the same facts as /api/openapi.json. */
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
  return (request, response) => {
    request.csrfToken ??= () => ''
    sendPage(request, response, 200, 'api-docs', { operations, schemas, problems })
  }
}

function pretty(schema: object | undefined): string {
  return schema ? JSON.stringify(schema, null, 2) : ''
}
