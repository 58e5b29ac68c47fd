/** Draws the icons in static/icons/ anew from icon.svg: for when that has changed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { root } from './process.mjs'

const folder = join(root, 'static', 'icons')
/** The icon: its ground, which is a rectangle with round corners, and the drawing on it. */
const [, head, ground, drawing] = /^(<svg[^>]*>.*?)(<rect[^>]*\/>)(.*)<\/svg>\s*$/s.exec(
  readFileSync(join(folder, 'icon.svg'), 'utf8'),
)
const draw = content => `${head}${content}</svg>`
const dot = '<circle cx="25" cy="7" r="6" fill="#ffb454" stroke="#101518" stroke-width="2"/>'

const drawings = {
  whole: draw(ground + drawing),
  // Launchers cut it to their own shape. The drawing is within the part that all of them leave.
  maskable: draw(ground.replace(/ rx="\d+"/, '') + drawing),
  // Of this one only the shape counts, which is shown in a colour of the system.
  monochrome: draw(drawing.replaceAll('#7fe0c3', '#fff')),
}

const write = async (name, svg, size) => {
  const image = sharp(Buffer.from(svg), { density: (72 * size) / 32 }).resize(size, size)
  await image.png({ compressionLevel: 9, palette: true, effort: 10 }).toFile(join(folder, name))
}
writeFileSync(join(folder, 'icon-unread.svg'), `${draw(ground + drawing + dot)}\n`)
await write('icon-192.png', drawings.whole, 192)
await write('icon-512.png', drawings.whole, 512)
await write('icon-maskable-512.png', drawings.maskable, 512)
await write('icon-monochrome-192.png', drawings.monochrome, 192)
