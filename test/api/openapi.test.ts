import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type Endpoint, endpoint, limitInput } from '#src/api/endpoint.js'
import { describeApi, type Operation } from '#src/api/openapi.js'

const handle = async () => ({ status: 204 })
const made = z.object({ id: z.string() }).meta({ id: 'Made' })

const read = endpoint({
  method: 'get',
  path: '/things/:thingId/parts/:partId',
  name: 'readPart',
  summary: 'Read a part',
  query: z.object({ q: z.string(), limit: limitInput(5) }),
  answers: { 200: { description: 'It', schema: made }, 304: { description: 'As it was', schema: null } },
  refusals: ['not_found', 'rate_limited'],
  handle,
})
const write = endpoint({
  method: 'post',
  path: '/things',
  name: 'makeThing',
  summary: 'Make one',
  access: 'guest',
  body: z.object({ name: z.string(), note: z.string().default('') }),
  answers: { 201: { description: 'Made', schema: made } },
  refusals: ['invalid', 'room_full', 'person_full', 'server_busy'],
  handle,
})
const upload = endpoint({
  method: 'post',
  path: '/files',
  name: 'upload',
  summary: 'Upload',
  access: 'member or operator',
  form: { schema: z.object({ image: z.file() }), read: vi.fn() },
  answers: { 200: { description: 'Bytes', schema: null, media: 'image/webp' } },
  refusals: [],
  handle,
})
const list = endpoint({
  method: 'get',
  path: '/things',
  name: 'listThings',
  summary: 'List them',
  answers: { 200: { description: 'All', schema: made } },
  refusals: [],
  handle,
})

const { openapi, servers, paths, components } = describeApi([read, write, upload, list], 'sid')
const operationOf = ({ path, method }: Pick<Endpoint, 'path' | 'method'>): Operation =>
  paths[path.replace(/:(\w+)/g, '{$1}')]?.[method] ?? expect.fail(path)
const codesOf = (operation: Operation) =>
  Object.fromEntries(
    Object.entries(operation.responses)
      .filter(([, { content }]) => content?.['application/problem+json'])
      .map(([status, { description }]) => [status, [...description.matchAll(/`(\w+)`/g)].map(([, code]) => code)]),
  )

describe('the description of the API', () => {
  it('has the addresses with their parameters in braces, below the one of the API', () => {
    expect([openapi, servers]).toEqual(['3.1.0', [{ url: '/api' }]])
    expect(Object.keys(paths)).toEqual(['/things/{thingId}/parts/{partId}', '/things', '/files'])
  })

  it('keeps both methods of one address', () => {
    expect(Object.keys(paths['/things'] ?? {}).sort()).toEqual(['get', 'post'])
  })

  it('says by what a caller may be known, with the name of the session’s cookie', () => {
    expect(components.securitySchemes).toMatchObject({
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      operator: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'sid' },
      csrf: { type: 'apiKey', in: 'header', name: 'csrf-token' },
    })
  })

  it('has each schema with an id once', () => {
    expect(Object.keys(components.schemas).sort()).toEqual(['Made', 'Problem'])
  })
})

describe('an operation', () => {
  it('has its name and its summary', () => {
    expect(operationOf(read)).toMatchObject({ operationId: 'readPart', summary: 'Read a part' })
  })

  it.each([
    ['guests', write, []],
    ['members', read, [{ token: [] }, { session: [], csrf: [] }]],
    ['members and the operator', upload, [{ token: [] }, { session: [], csrf: [] }, { operator: [] }]],
  ])('says how %s are known', (_, of, security) => {
    expect(operationOf(of).security).toEqual(security)
  })

  it('asks for every parameter of its path, and for those of its query that have to be there', () => {
    const parameters = operationOf(read).parameters.map(({ name, in: where, required }) => [name, where, required])
    expect(parameters).toEqual([
      ['thingId', 'path', true],
      ['partId', 'path', true],
      ['q', 'query', true],
      ['limit', 'query', false],
    ])
    expect(operationOf(read).parameters.map(({ schema }) => schema)).toMatchObject([
      { type: 'string' },
      { type: 'string' },
      { type: 'string' },
      { type: 'integer', minimum: 1, maximum: 5 },
    ])
    expect(operationOf(write).parameters).toEqual([])
  })

  it('has its body as JSON, as it is read', () => {
    const { requestBody } = operationOf(write)
    expect(requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { required: ['name'] } } },
    })
    expect(operationOf(read)).not.toHaveProperty('requestBody')
  })

  it('has its form as multipart and not as JSON', () => {
    expect(Object.keys(operationOf(upload).requestBody?.content ?? {})).toEqual(['multipart/form-data'])
  })

  it('has its answers with the headers of the limit', () => {
    const { responses } = operationOf(read)
    const headers = { RateLimit: expect.any(Object), 'RateLimit-Policy': expect.any(Object) }
    const schema = { $ref: '#/components/schemas/Made' }
    expect(responses[200]).toEqual({ description: 'It', headers, content: { 'application/json': { schema } } })
    expect(responses[304]).toEqual({ description: 'As it was', headers })
  })

  it('has an answer of another type as bytes', () => {
    expect(operationOf(upload).responses[200]?.content).toEqual({
      'image/webp': { schema: { type: 'string', format: 'binary' } },
    })
  })
})

describe('the refusals of an operation', () => {
  it('are its own, those of members, and those of every request, each once', () => {
    expect(codesOf(operationOf(read))).toEqual({
      400: ['bad_request'],
      401: ['unauthenticated'],
      403: ['forbidden'],
      404: ['not_found'],
      429: ['rate_limited'],
      500: ['internal'],
    })
  })

  it('of guests are without those of members, with those of a body, and by status', () => {
    expect(codesOf(operationOf(write))).toEqual({
      400: ['bad_request'],
      403: ['forbidden'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
      422: ['invalid'],
      500: ['internal'],
      503: ['server_busy'],
      507: ['room_full', 'person_full'],
    })
  })

  it('of a form are those of a body too', () => {
    expect(Object.keys(codesOf(operationOf(upload)))).toEqual(expect.arrayContaining(['413', '415']))
  })

  it('say when to come back where they pass by themselves', () => {
    const { responses } = operationOf(write)
    expect(responses[503]?.headers).toEqual({ 'Retry-After': expect.objectContaining({ schema: { type: 'integer' } }) })
    expect(responses[507]).not.toHaveProperty('headers')
    expect(responses[507]?.description).toMatch(/^Insufficient Storage: /)
    expect(responses[507]?.content).toEqual({
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    })
  })
})
