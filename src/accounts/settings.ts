import { z } from 'zod'
import { languages } from '../languages.js'
import { canonicalTimeZone } from './time-zone.js'

/** The refresh rates without JavaScript that a person may choose, in seconds; 0 is off. */
export const refreshRates = [0, 5, 15, 60] as const

/** The themes; `system` follows the browser. */
export const themes = ['system', 'dark', 'light', 'contrast'] as const

/** The keys that may send a message; `auto` is Enter, and on a device without a keyboard none. */
export const sendKeys = ['auto', 'enter', 'ctrl-enter'] as const

/** The languages that a person may choose; `auto` is the browser's. */
export const languageChoices = ['auto', ...languages] as const

/** The sizes of text; `larger` is one and a half times the normal size. */
export const textSizes = ['normal', 'large', 'larger'] as const

/** What a screen reader may announce. That a message was not sent is always announced. */
export const announcementKinds = ['messages', 'typing', 'presence', 'sent'] as const

/** One of them. */
export type AnnouncementKind = (typeof announcementKinds)[number]

/** Whose messages make a sound. */
export const soundKinds = ['mine', 'theirs'] as const

/** Some of these kinds, each once however often a form names it. */
const someOf = <const T extends readonly string[]>(kinds: T) =>
  z.array(z.enum(kinds)).transform(chosen => [...new Set(chosen)])

/** The settings of a person, for the form and the account file alike. Every setting has a default. */
export const settingsSchema = z.object({
  theme: z.enum(themes).default('system'),
  language: z.enum(languageChoices).default('auto'),
  /** Null for the zone that the browser tells. */
  zone: z
    .string()
    .transform(canonicalTimeZone)
    .refine(zone => zone !== null)
    .nullable()
    .default(null),
  sendKey: z.enum(sendKeys).default('auto'),
  refreshSeconds: z.literal(refreshRates).default(0),
  /** Whether the person sends receipts (delivered, seen). */
  sendsReceipts: z.boolean().default(true),
  /** Whether others see that the person is typing. */
  sendsTyping: z.boolean().default(true),
  textSize: z.enum(textSizes).default('normal'),
  announced: someOf(announcementKinds).default(['messages', 'typing', 'presence']),
  sounds: someOf(soundKinds).default([]),
  /** Whether desktop notifications tell of new messages, if the browser allows them. */
  notifies: z.boolean().default(false),
  /** Whether titles of pages leave names out. Null until the person chooses; see `hidesNames`. */
  discreetTitles: z.boolean().nullable().default(null),
  /** Whether a chat opens paused: new messages are not shown until asked for. */
  startsPaused: z.boolean().default(false),
})

/** The settings of a person. */
export type AccountSettings = z.infer<typeof settingsSchema>

/**
 * Whether the titles of a person's pages leave names out, as a browser's history keeps titles. Until they choose, it is so
 * where people are found by their whole name only.
 */
export function hidesNames({ discreetTitles }: AccountSettings, directory: 'open' | 'exact'): boolean {
  return discreetTitles ?? directory === 'exact'
}

/** The settings of a new account. */
export const defaultSettings: AccountSettings = settingsSchema.parse({})
