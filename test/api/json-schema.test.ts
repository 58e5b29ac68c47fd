import { expect, it } from 'vitest'
import { z } from 'zod'
import { SchemaWriter } from '#src/api/json-schema.js'

const named = z.object({ id: z.string() }).meta({ id: 'Named' })

it('writes a schema without its dialect and definitions', () => {
  const written = new SchemaWriter().write(z.object({ count: z.int().min(1) }), 'output')
  expect(written).toEqual({
    type: 'object',
    properties: { count: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } },
    required: ['count'],
    additionalProperties: false,
  })
})

it('writes a schema with an id once, among the components, and refers to it', () => {
  const writer = new SchemaWriter()
  const first = writer.write(z.object({ one: named }), 'output')
  const second = writer.write(z.array(named), 'output')
  const reference = { $ref: '#/components/schemas/Named' }
  expect(first.properties).toEqual({ one: reference })
  expect(second).toEqual({ type: 'array', items: reference })
  expect(Object.keys(writer.components)).toEqual(['Named'])
  expect(writer.components.Named).toMatchObject({ type: 'object', properties: { id: { type: 'string' } } })
})

it('keeps the components of schemas that were written before', () => {
  const writer = new SchemaWriter()
  writer.write(z.array(named), 'output')
  writer.write(z.array(z.string().meta({ id: 'Other' })), 'output')
  expect(Object.keys(writer.components).sort()).toEqual(['Named', 'Other'])
})

it('asks for a field with a default where it is read, and not where it is written', () => {
  const schema = z.object({ content: z.string().default('') })
  expect(new SchemaWriter().write(schema, 'input').required).toBeUndefined()
  expect(new SchemaWriter().write(schema, 'output').required).toEqual(['content'])
})

it('leaves out the long pattern of a time, and keeps every other pattern', () => {
  const { properties } = new SchemaWriter().write(
    z.object({ at: z.iso.datetime(), word: z.string().regex(/^a+$/) }),
    'output',
  )
  expect(properties).toEqual({
    at: { type: 'string', format: 'date-time' },
    word: { type: 'string', pattern: '^a+$' },
  })
})
