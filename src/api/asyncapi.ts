import type { z } from 'zod'
import { closeCodes } from '../live/client/close-codes.js'
import { programFrameSchema, refSchema, serverFrameSchemas } from '../live/json/frames.js'
import { jsonProtocol } from '../live/transport/sockets.js'
import { type JsonSchema, SchemaWriter } from './json-schema.js'

/** A frame in the description. */
export interface DescribedFrame {
  /** The value of its `type`. */
  readonly name: string
  readonly summary: string
  readonly payload: JsonSchema
}

interface DescribedOperation {
  readonly action: 'receive' | 'send'
  readonly channel: object
  readonly messages: readonly { readonly $ref: string }[]
}

/** The description of the socket: AsyncAPI 3.0. */
export interface AsyncApi {
  readonly asyncapi: '3.0.0'
  readonly info: object
  readonly servers: object
  readonly channels: object
  readonly operations: { readonly hear: DescribedOperation; readonly tell: DescribedOperation }
  readonly components: {
    readonly messages: Readonly<Record<string, DescribedFrame>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

const closings = Object.entries(closeCodes)
  .map(([name, code]) => `${code} ${name}`)
  .join(', ')

/** Describes the socket by the schemas that read and write its frames. */
export function describeSocket(): AsyncApi {
  const writer = new SchemaWriter()
  const frameOf = (schema: z.ZodType, io: 'input' | 'output'): DescribedFrame => {
    const { description = '', ...payload } = writer.write(schema, io)
    return { name: typeOf(payload), summary: String(description), payload }
  }
  const ofPrograms = programFrameSchema.options.map(option => {
    const frame = frameOf(option.extend({ ref: refSchema.optional() }).describe(option.description ?? ''), 'input')
    const key = frame.name.replace(/:(\w)/, (_, letter: string) => letter.toUpperCase())
    return [key, frame] as const
  })
  const ofServer = Object.entries(serverFrameSchemas).map(([key, schema]) => [key, frameOf(schema, 'output')] as const)
  const keysOf = (frames: readonly (readonly [string, DescribedFrame])[]) => frames.map(([key]) => key)
  const refs = (keys: readonly string[], base: string) => keys.map(key => ({ $ref: `${base}/${key}` }))
  const all = keysOf([...ofPrograms, ...ofServer])
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Ephemeral Chat: the socket',
      version: '1',
      description:
        'Live events. Connect with the subprotocol and a token in `Authorization`; `?room=` joins a room at once. Every ' +
        'frame is a JSON object. An event may repeat what an answer held; the same id is the same message. The server ' +
        'pings every 15 s and cuts a connection that does not answer. A handshake is refused with 401, 403 or 404, or with ' +
        '503 if too many are under way or you ask too often for rooms that are not yours. If you connect too often, the ' +
        'server waits for up to three seconds, then closes with 1013. ' +
        `Close codes: ${closings}.`,
    },
    servers: { here: { host: 'localhost:3000', pathname: '/ws', protocol: 'ws' } },
    channels: {
      socket: {
        address: '/ws',
        description: `Subprotocol ${jsonProtocol}`,
        messages: Object.fromEntries(all.map(key => [key, { $ref: `#/components/messages/${key}` }])),
        bindings: { ws: { query: { type: 'object', properties: { room: { type: 'string' } } } } },
      },
    },
    operations: {
      hear: {
        action: 'receive',
        channel: { $ref: '#/channels/socket' },
        messages: refs(keysOf(ofPrograms), '#/channels/socket/messages'),
      },
      tell: {
        action: 'send',
        channel: { $ref: '#/channels/socket' },
        messages: refs(keysOf(ofServer), '#/channels/socket/messages'),
      },
    },
    components: { messages: Object.fromEntries([...ofPrograms, ...ofServer]), schemas: writer.components },
  }
}

function typeOf({ properties }: JsonSchema): string {
  const type = typeof properties === 'object' && properties && Reflect.get(properties, 'type')
  return typeof type === 'object' && type ? String(Reflect.get(type, 'const')) : ''
}
