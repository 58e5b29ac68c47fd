import { z } from 'zod'
import { languages } from '../languages.js'
import { canonicalTimeZone } from './time-zone.js'

/** The refresh rates without JavaScript that a person may choose, in seconds; 0 is off. */
export const refreshRates = [0, 5, 15, 60] as const

/** The choices of a theme; `system` follows what the browser says. */
export const themes = ['system', 'dark', 'light', 'contrast'] as const

/** The keys that may send a message. */
export const sendKeys = ['enter', 'ctrl-enter'] as const

/** The languages that a person may choose; `auto` is what the browser asks for. */
export const languageChoices = ['auto', ...languages] as const

/** The sizes of text; larger is half as large again. */
export const textSizes = ['normal', 'large', 'larger'] as const

/** What may be spoken to whoever uses the page by ear. That something was not sent is always said. */
export const announcementKinds = ['messages', 'typing', 'presence', 'sent'] as const

export type AnnouncementKind = (typeof announcementKinds)[number]

/** Whose messages make a sound. */
export const soundKinds = ['mine', 'theirs'] as const

/** What a person has set for themselves, one truth for the form and the file. Every setting has a default. */
export const settingsSchema = z.object({
  theme: z.enum(themes).default('system'),
  language: z.enum(languageChoices).default('auto'),
  /** Null: what the browser said at log-in. */
  zone: z
    .string()
    .transform(canonicalTimeZone)
    .refine(zone => zone !== null)
    .nullable()
    .default(null),
  sendKey: z.enum(sendKeys).default('enter'),
  refreshSeconds: z.literal(refreshRates).default(0),
  /** Whether others are told what was delivered and seen. */
  sendsReceipts: z.boolean().default(true),
  /** Whether others are told of typing. */
  sendsTyping: z.boolean().default(true),
  textSize: z.enum(textSizes).default('normal'),
  announced: z.array(z.enum(announcementKinds)).default(['messages', 'typing', 'presence']),
  sounds: z.array(z.enum(soundKinds)).default([]),
  /** Whether a desktop notification says that there is a message, where the browser allows it. */
  notifies: z.boolean().default(false),
  /** Whether a chat opens with new messages held back. */
  startsPaused: z.boolean().default(false),
})

export type AccountSettings = z.infer<typeof settingsSchema>

/** The settings of somebody who has set nothing. */
export const defaultSettings: AccountSettings = settingsSchema.parse({})
