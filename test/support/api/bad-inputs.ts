import fc from 'fast-check'
import type { AsyncApi } from '#src/api/asyncapi.js'
import type { OpenApi } from '#src/api/openapi.js'
import { bobId } from '../http-client.js'

/** A request or a frame that mostly breaks the description. */
export type BadInput =
  | {
      readonly via: 'api'
      readonly method: string
      readonly path: string
      readonly headers: Record<string, string>
      readonly body: string
    }
  | { readonly via: 'socket'; readonly frame: string; readonly isBinary: boolean }

/** Ids and a token that exist on the server, so that some inputs pass the first check. */
export interface RealThings {
  readonly roomId: string
  readonly messageId: string
  readonly token: string
  /** The name of the session's cookie. */
  readonly sessionName: string
}

const maxText = 40_000
const nasty = fc.constantFrom(
  '__proto__',
  'constructor',
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  '../../etc/passwd',
  '<script>',
  "' or 1=1",
  '%ZZ',
  '[object Object]',
  'x'.repeat(maxText),
  '😀'.repeat(3000),
)
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 20 }), nasty)
const anyJson = fc.oneof(
  anyText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, -1, 1e308, 2 ** 53, [], {}, [[[[]]]], true),
)

/** Values for a field: often a real one if there is one, otherwise any that its schema allows. */
function fieldOf(name: string, schema: unknown, real: RealThings): fc.Arbitrary<unknown> {
  const { const: word, enum: words, pattern, type, anyOf } = Object(schema)
  const things: Record<string, string> = {
    ...real,
    otherUserId: bobId,
    email: 'alice@example.com',
    password: 'password124',
    nonce: 'same',
  }
  const known = things[name]
  const own = () => {
    if (word !== undefined) return fc.constant(word)
    if (Array.isArray(words)) return fc.constantFrom(...words)
    if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(each => fieldOf('', each, real)))
    if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern))
    if (type === 'integer' || type === 'number') return fc.integer()
    return type === 'string' ? anyText : anyJson
  }
  return known === undefined ? own() : fc.oneof({ weight: 3, arbitrary: fc.constant(known) }, own())
}

/** JSON objects of a schema with one to three things wrong. */
function damaged(schema: unknown, real: RealThings): fc.Arbitrary<string> {
  const properties: Record<string, unknown> = Object(Object(schema).properties)
  const names = Object.keys(properties)
  const whole = fc.record(Object.fromEntries(names.map(name => [name, fieldOf(name, properties[name], real)])))
  const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('type', ...names) }, anyText)
  const wrong = fc.record({ name, value: anyJson, isLeftOut: fc.boolean() })
  const spoilt = fc.tuple(whole, fc.array(wrong, { minLength: 1, maxLength: 3 })).map(([object, wrongs]) => {
    const entries = new Map(Object.entries(object))
    for (const { name: key, value, isLeftOut } of wrongs) {
      if (isLeftOut) entries.delete(key)
      else entries.set(key, value)
    }
    // Joined by hand: assigning a key such as __proto__ to an object would set its prototype instead.
    return `{${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`
  })
  const torn = fc
    .tuple(spoilt, fc.nat(), anyText)
    .map(([text, at, noise]) => text.slice(0, at % (text.length + 1)) + noise)
  const deep = fc.integer({ min: 1, max: 5000 }).map(depth => '['.repeat(depth) + ']'.repeat(depth))
  return fc.oneof(
    { weight: 8, arbitrary: spoilt },
    { weight: 2, arbitrary: torn },
    { weight: 1, arbitrary: anyJson.map(value => JSON.stringify(value)) },
    { weight: 1, arbitrary: deep },
  )
}

const writtenAs = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  fc.constantFrom('text/plain', 'application/json; charset=klingon', 'multipart/form-data', 'application/xml', '/'),
)

function headersFor({ token, sessionName }: RealThings): fc.Arbitrary<Record<string, string>> {
  const bearer = fc.oneof(
    { weight: 8, arbitrary: fc.constant(`Bearer ${token}`) },
    fc.constantFrom('Bearer', 'Bearer x.y.z', 'Basic YTpi', `Bearer ${token}x`, `Bearer ${'a'.repeat(3000)}`),
  )
  const cookie = fc.constantFrom(
    `${sessionName}=s%3Anothing.signature`,
    `${sessionName}=`,
    '__proto__=1',
    `${sessionName}=%ZZ`,
  )
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ authorization: bearer, 'content-type': writtenAs }) },
    fc.record({ cookie, 'content-type': writtenAs, 'csrf-token': fc.constantFrom('', 'x-y', 'x'.repeat(2000)) }),
  )
}

/** Damaged requests to every endpoint of the API. */
function badRequests({ paths }: OpenApi, real: RealThings): fc.Arbitrary<BadInput> {
  const part = fc.oneof({ weight: 4, arbitrary: fc.constant(real.roomId) }, anyText.map(encodeLoosely))
  const all = Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const schema = operation.requestBody?.content['application/json']?.schema ?? {}
      const query = fc.tuple(fc.constantFrom('q', 'q', 'q[]', '__proto__'), anyText.map(encodeLoosely))
      return fc
        .tuple(part, query, headersFor(real), damaged(schema, real))
        .map(([roomId, [key, value], headers, body]) => ({
          via: 'api' as const,
          method: method.toUpperCase(),
          path: `/api${template.replace('{roomId}', () => roomId)}?${key}=${value}`,
          headers,
          // A valid log-out would end the token that the other inputs use.
          body: operation.operationId === 'logOutEverywhere' ? `${body}!` : body,
        }))
    }),
  )
  return fc.oneof(...all)
}

/** Encodes a text for a URL, sometimes wrongly. Long ones are cut, because the request head has a limit. */
function encodeLoosely(text: string): string {
  const short = text.slice(0, 500)
  return short === '%ZZ' ? short : encodeURIComponent(short.replace(/\p{Cs}/gu, ''))
}

/** Damaged frames of every type that the server takes. */
function badFrames({ components, operations }: AsyncApi, real: RealThings): fc.Arbitrary<BadInput> {
  const frames = operations.hear.messages.map(({ $ref }) => components.messages[$ref.split('/').at(-1) ?? ''])
  const texts = fc.oneof(...frames.map(frame => damaged(frame?.payload, real)))
  const isBinary = fc.oneof({ weight: 50, arbitrary: fc.constant(false) }, fc.constant(true))
  return fc.record({ via: fc.constant('socket' as const), frame: texts, isBinary })
}

/** Generates bad inputs, as many requests as frames. */
export function badInputs(api: OpenApi, socket: AsyncApi, real: RealThings): fc.Arbitrary<BadInput> {
  return fc.oneof(badRequests(api, real), badFrames(socket, real))
}
