import type { SentenceKey } from './sentences.js'

/** The pages with the list of chats that are not of one chat, and their titles. A page says its name when it connects. */
export const pageTitles = {
  chats: 'chats.title',
  general: 'settings.title',
  notifications: 'settings.notifications',
  privacy: 'settings.privacy',
  accessibility: 'settings.accessibility',
  account: 'settings.account',
} as const satisfies Record<string, SentenceKey>

export type PageName = keyof typeof pageTitles

/** The page of a name; that of the list of chats for any other. */
export function readPageName(text: string | null): PageName {
  return isPageName(text) ? text : 'chats'
}

function isPageName(text: string | null): text is PageName {
  return text !== null && Object.hasOwn(pageTitles, text)
}
