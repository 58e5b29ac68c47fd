import { expect, it } from 'vitest'
import { pageTitles, readPageName } from '#src/rendering/page-titles.js'

it('every page is known by its name, and any other name is that of the list of chats', () => {
  for (const name of Object.keys(pageTitles)) expect(readPageName(name)).toBe(name)
  for (const other of [null, '', 'constructor', '__proto__', 'Privacy']) expect(readPageName(other)).toBe('chats')
})
