import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { groundFor } from '#src/images/ground.js'
import { fieldPicture } from '../support/images/field-pictures.js'
import { drawingOf } from '../support/images/pictures.js'

describe('a drawing on nothing', () => {
  it.each([
    ['#000000', 'light'],
    ['#1b2326', 'light'],
    ['#8c1d12', 'light'],
    ['#767676', 'light'],
    ['#ffffff', 'dark'],
    ['#ffe600', 'dark'],
    ['#7fe0c3', 'dark'],
  ])('in %s stands on what it can be told from: %s', async (colour, ground) => {
    expect(await groundFor(await drawingOf([colour], { width: 300, height: 200 }))).toBe(ground)
  })

  it('in several colours stands where more of it can be made out', async () => {
    const size = { width: 300, height: 200 }
    expect(await groundFor(await drawingOf(['#000000', '#000000', '#ffffff'], size))).toBe('light')
    expect(await groundFor(await drawingOf(['#ffffff', '#ffffff', '#000000'], size))).toBe('dark')
  })

  it('stands by its outline, not by what lies within', async () => {
    const card = { create: { width: 200, height: 100, channels: 4 as const, background: '#ffffff' } }
    const framed = await sharp(await drawingOf(['#000000'], { width: 660, height: 160 }))
      .composite([{ input: card, left: 230, top: 30 }])
      .png()
      .toBuffer()
    expect(await groundFor(framed)).toBe('light')
    expect(await groundFor(await sharp(framed).negate({ alpha: false }).png().toBuffer())).toBe('dark')
  })

  it('keeps its colour however thin its strokes are', async () => {
    expect(await groundFor(await fieldPicture('black-on-nothing.png'))).toBe('light')
    const white = await sharp(await fieldPicture('black-on-nothing.png'))
      .negate({ alpha: false })
      .png()
      .toBuffer()
    expect(await groundFor(white)).toBe('dark')
  })
})

it('the page’s grounds are the ones that were computed with', () => {
  const palettes = readFileSync(join(import.meta.dirname, '../../src/browser/styles/palettes.css'), 'utf8')
  expect(palettes).toContain('--ground-light: #ffffff;')
  expect(palettes).toContain('--ground-dark: #101518;')
})
