import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

const recordSchema = z.record(z.string(), z.unknown())

/** Writes schemas for a description. One with an id is written once, among the components, and referred to elsewhere. */
/** The pattern beside `date-time` is long and adds nothing. */
function keepShort({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
}

export class SchemaWriter {
  readonly components: Record<string, JsonSchema> = {}

  /** @param io whether a schema describes input or output */
  write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...own } = this.#translate(schema, io)
    Object.assign(this.components, z.record(z.string(), recordSchema).parse($defs))
    return own
  }

  #translate(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const text = JSON.stringify(z.toJSONSchema(schema, { io, override: keepShort }))
    return recordSchema.parse(JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')))
  }
}
