import { type Language, traitsOf } from '../languages.js'
import { translator } from './sentences.js'
import { grounds } from './theme-colours.js'

const pngIcon = (name: string, size: number, purpose: string) => ({
  src: `/static/icons/${name}.png`,
  sizes: `${size}x${size}`,
  type: 'image/png',
  purpose,
})

const icons = [
  { src: '/static/icons/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
  pngIcon('icon-192', 192, 'any'),
  pngIcon('icon-512', 512, 'any'),
  pngIcon('icon-maskable-512', 512, 'maskable'),
  pngIcon('icon-monochrome-192', 192, 'monochrome'),
]

/** What a browser needs to install the site. Source: https://www.w3.org/TR/appmanifest/ */
export function webManifest(language: Language): object {
  const t = translator(language)
  return {
    // With an id of its own the site stays the same app, in whichever language it is installed.
    id: '/',
    name: t('app.name'),
    short_name: t('app.shortName'),
    description: t('app.description'),
    lang: language,
    dir: traitsOf(language).direction,
    start_url: '/chats',
    scope: '/',
    display: 'standalone',
    // A page says its own colours, by theme: these are for the moment before it is there.
    background_color: grounds.dark,
    theme_color: grounds.dark,
    icons,
    shortcuts: [{ name: t('app.newChat'), url: '/people' }],
  }
}
