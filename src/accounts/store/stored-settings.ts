import type { z } from 'zod'
import type { Account } from '../account.js'
import { settingsSchema } from '../settings.js'

const strictSettings = settingsSchema.strict()
const schemas: Readonly<Record<string, z.ZodType>> = settingsSchema.shape

/**
 * Reads settings that any version of the program, on any machine, has stored. What this one does not know, such as a theme or a
 * time zone, has its default here, and is kept aside: that must not prevent a start, nor be lost.
 */
export function readSettings(stored: Readonly<Record<string, unknown>>): Pick<Account, 'settings' | 'unknownSettings'> {
  const { success, data } = strictSettings.safeParse(stored)
  if (success) return { settings: data }
  const isKnown = ([name, value]: [string, unknown]) =>
    Object.hasOwn(schemas, name) && schemas[name]?.safeParse(value).success === true
  const all = Object.entries(stored)
  return {
    settings: settingsSchema.parse(Object.fromEntries(all.filter(isKnown))),
    unknownSettings: Object.fromEntries(all.filter(each => !isKnown(each))),
  }
}
