import type { AccountSettings } from '../accounts/settings.js'

/** The ground of pages in each palette: `--bg` of src/browser/styles/palettes.css. */
export const grounds = { dark: '#101518', light: '#efede7', black: '#000000', white: '#ffffff' } as const

/** A colour for the bars of the browser, and for which media; '' for all that are left. */
export interface ThemeColour {
  readonly media: string
  readonly colour: string
}

const lightMedia = '(prefers-color-scheme: light)'
const moreContrast = '(prefers-contrast: more)'

/** By theme, as src/browser/styles/theme.css chooses palettes. The first whose media match counts. */
const colours = {
  dark: [{ media: '', colour: grounds.dark }],
  light: [{ media: '', colour: grounds.light }],
  contrast: [
    { media: lightMedia, colour: grounds.white },
    { media: '', colour: grounds.black },
  ],
  system: [
    { media: `${moreContrast} and ${lightMedia}`, colour: grounds.white },
    { media: moreContrast, colour: grounds.black },
    { media: lightMedia, colour: grounds.light },
    { media: '', colour: grounds.dark },
  ],
} as const satisfies Readonly<Record<AccountSettings['theme'], readonly ThemeColour[]>>

/** The colours of the browser's own bars around a page, so that they match its ground. */
export function themeColours(theme: AccountSettings['theme']): readonly ThemeColour[] {
  return colours[theme]
}
