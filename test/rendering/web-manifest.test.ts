import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { languages } from '#src/languages.js'
import { projectRoot } from '#src/project-root.js'
import { grounds } from '#src/rendering/theme-colours.js'
import { webManifest } from '#src/rendering/web-manifest.js'
import { readCatalogue } from '../support/views/project-text.js'

const icon = z.object({ src: z.string(), sizes: z.string(), type: z.string(), purpose: z.string() })
const { icons } = z.object({ icons: z.array(icon) }).parse(webManifest('en'))
const fileOf = (src: string) => readFileSync(join(projectRoot, src))
const iconFor = (purpose: string, sizes: string) =>
  icons.find(each => each.purpose === purpose && each.sizes === sizes) ?? expect.fail(`${purpose} ${sizes}`)
/** How opaque each pixel is, 0 to 255, and how far from the middle it is, as a part of the width. */
async function pixelsOf(src: string) {
  const { data, info } = await sharp(fileOf(src)).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return Array.from({ length: info.width * info.height }, (_, at) => ({
    colour: data.readUIntBE(at * 4, 3),
    alpha: data[at * 4 + 3] ?? 0,
    far: Math.hypot((at % info.width) / info.width - 0.5, Math.floor(at / info.width) / info.height - 0.5),
  }))
}

describe('the manifest', () => {
  it.each(languages)('has all by which browsers offer to install the site, in %s', language => {
    const sentences = readCatalogue(language)
    expect(webManifest(language)).toEqual({
      id: '/',
      name: 'Ephemeral Chat',
      short_name: 'Ephemeral',
      description: sentences.get('app.description'),
      lang: language,
      dir: language === 'ar' ? 'rtl' : 'ltr',
      start_url: '/chats',
      scope: '/',
      display: 'standalone',
      background_color: grounds.dark,
      theme_color: grounds.dark,
      icons,
      shortcuts: [{ name: sentences.get('app.newChat'), url: '/people' }],
    })
  })

  it('has an icon of each size and purpose that systems need', () => {
    expect(icons.map(({ purpose, sizes }) => `${purpose} ${sizes}`)).toEqual([
      'any any',
      'any 192x192',
      'any 512x512',
      'maskable 512x512',
      'monochrome 192x192',
    ])
  })

  it.each(icons.filter(({ sizes }) => sizes !== 'any'))('says of the icon $src what it is', async icon => {
    const { width, height, format } = await sharp(fileOf(icon.src)).metadata()
    expect(icon).toMatchObject({ type: `image/${format}`, sizes: `${width}x${height}` })
  })

  // Not by sharp: once a process has prepared itself for conversions, it reads no SVG.
  it.each(icons.filter(({ sizes }) => sizes === 'any'))(
    'says of the icon $src, which is drawn in any size, what it is',
    icon => {
      expect(icon.type).toBe('image/svg+xml')
      expect(String(fileOf(icon.src))).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    },
  )
})

describe('an icon', () => {
  it('that a launcher cuts to its own shape has ground everywhere, and nothing but ground outside what is sure to be seen', async () => {
    const pixels = await pixelsOf(iconFor('maskable', '512x512').src)
    expect(pixels.filter(({ alpha }) => alpha < 255)).toEqual([])
    const ground = pixels[0]?.colour
    expect(pixels.filter(({ far, colour }) => far > 0.4 && colour !== ground)).toEqual([])
    expect(pixels.some(({ colour }) => colour !== ground)).toBe(true)
  })

  it('of one colour is a shape on nothing', async () => {
    const pixels = await pixelsOf(iconFor('monochrome', '192x192').src)
    expect(pixels[0]?.alpha).toBe(0)
    expect(new Set(pixels.filter(({ alpha }) => alpha === 255).map(({ colour }) => colour))).toEqual(
      new Set([0xffffff]),
    )
  })

  it('for something unread is that of the page with a dot', async () => {
    const [plain, dotted] = ['icon', 'icon-unread'].map(name => String(fileOf(`/static/icons/${name}.svg`)).trim())
    expect(dotted?.startsWith(plain?.replace(/<\/svg>$/, '') ?? expect.fail())).toBe(true)
    expect(dotted?.length).toBeGreaterThan(plain?.length ?? 0)
  })
})
