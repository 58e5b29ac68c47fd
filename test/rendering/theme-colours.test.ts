import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { themes } from '#src/accounts/settings.js'
import { grounds, themeColours } from '#src/rendering/theme-colours.js'

it.each(Object.entries(grounds))('the bars of the browser are as the ground of the %s palette', (palette, colour) => {
  const css = readFileSync('src/browser/styles/palettes.css', 'utf8')
  expect(new RegExp(`@utility ${palette}-theme {[^}]*--bg: (#\\w+)`).exec(css)?.[1]).toBe(colour)
})

it('every theme has a colour for whatever no other is meant for, and it comes last', () => {
  for (const theme of themes) {
    const media = themeColours(theme).map(colour => colour.media)
    expect([theme, media.indexOf('')]).toEqual([theme, media.length - 1])
  }
})

it('the theme of the system follows light and contrast', () => {
  expect(themeColours('system').map(({ colour }) => colour)).toEqual([
    grounds.white,
    grounds.black,
    grounds.light,
    grounds.dark,
  ])
})
