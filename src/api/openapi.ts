import { STATUS_CODES } from 'node:http'
import { type ErrorCode, errorTable } from '../chat/errors.js'
import type { Endpoint } from './endpoint.js'
import { SchemaWriter } from './json-schema.js'
import { mayPass, problemSchema } from './problems.js'

/** One operation of the description, with the parts that its page and the tests read. */
export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly Record<string, readonly string[]>[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: Readonly<Record<string, { description: string; headers?: object; content?: Content }>>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: object
}

type Content = Readonly<Record<string, { readonly schema: object }>>

/** The description of the API: OpenAPI 3.1. */
export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: object
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: object }
}

const withToken = { token: [] }
const withSession = { session: [], csrf: [] }
const security: Readonly<Record<Endpoint['access'], Operation['security']>> = {
  guest: [],
  member: [withToken, withSession],
  'member or operator': [withToken, withSession, { operator: [] }],
}
const integerHeader = (description: string) => ({ description, schema: { type: 'integer' } })
const textHeader = (description: string) => ({ description, schema: { type: 'string' } })
const limitHeaders = {
  RateLimit: textHeader('What is left of the limit, and for how many seconds (IETF draft 8).'),
  'RateLimit-Policy': textHeader('The limit and its window in seconds.'),
}

/** Describes endpoints by the schemas that read their input. */
export function describeApi(endpoints: readonly Endpoint[], cookieName: string): OpenApi {
  const writer = new SchemaWriter()
  const problem = { 'application/problem+json': { schema: writer.write(problemSchema, 'output') } }
  const paths: Record<string, Record<string, Operation>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method]: describeEndpoint(endpoint, writer, problem) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ephemeral Chat',
      version: '1',
      description:
        'One-to-one messages that vanish on time. For live events open a WebSocket: see docs/api.md and docs/asyncapi.json.',
    },
    servers: [{ url: '/api' }],
    paths,
    components: {
      schemas: writer.components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        operator: { type: 'http', scheme: 'bearer', description: 'OPERATOR_TOKEN of the settings.' },
        session: { type: 'apiKey', in: 'cookie', name: cookieName },
        csrf: { type: 'apiKey', in: 'header', name: 'csrf-token', description: 'With the session, for all but GET.' },
      },
    },
  }
}

function describeEndpoint(endpoint: Endpoint, writer: SchemaWriter, problem: Content): Operation {
  const { name, summary, access } = endpoint
  const content = describeInput(endpoint, writer)
  return {
    operationId: name,
    summary,
    security: security[access],
    parameters: [...pathParameters(endpoint), ...queryParameters(endpoint, writer)],
    ...(content && { requestBody: { required: true, content } }),
    responses: { ...describeAnswers(endpoint, writer), ...describeRefusals(endpoint, problem) },
  }
}

function describeInput({ body, form }: Endpoint, writer: SchemaWriter): Content | null {
  if (form) return { 'multipart/form-data': { schema: writer.write(form.schema, 'input') } }
  return body && { 'application/json': { schema: writer.write(body, 'input') } }
}

function pathParameters({ path }: Endpoint): Parameter[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  return names.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters({ query }: Endpoint, writer: SchemaWriter): Parameter[] {
  const { properties = {}, required } = query ? writer.write(query, 'input') : {}
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name)
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: isRequired(name),
    schema,
  }))
}

function describeAnswers({ answers }: Endpoint, writer: SchemaWriter): Operation['responses'] {
  const entries = Object.entries(answers).map(([status, { description, schema, media }]) => {
    const ofMedia = media && { [media]: { schema: { type: 'string', format: 'binary' } } }
    const content = schema ? { 'application/json': { schema: writer.write(schema, 'output') } } : ofMedia
    return [status, { description, headers: limitHeaders, ...(content && { content }) }] as const
  })
  return Object.fromEntries(entries)
}

/** The codes that a request may be refused with, by status. */
function describeRefusals({ access, body, form, refusals }: Endpoint, problem: Content): Operation['responses'] {
  const always: ErrorCode[] = ['bad_request', 'forbidden', 'internal']
  const ofMember: ErrorCode[] = access === 'guest' ? [] : ['unauthenticated', 'rate_limited']
  const ofBody: ErrorCode[] = body || form ? ['payload_too_large', 'unsupported_media_type'] : []
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set([...refusals, ...ofMember, ...ofBody, ...always])) {
    const status = errorTable[code].status
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const entries = [...byStatus].map(([status, codes]) => {
    const description = `${STATUS_CODES[status]}: ${codes.map(code => `\`${code}\``).join(', ')}`
    const retry = { 'Retry-After': integerHeader('Seconds after which the same may succeed.') }
    return [String(status), { description, ...(mayPass(status) && { headers: retry }), content: problem }] as const
  })
  return Object.fromEntries(entries)
}
