import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pictureDescription } from '../support/browser/picture-choice.js'
import { plainPicture } from '../support/images/pictures.js'
import { scratchFolder } from '../support/leftovers.js'
import { expect, test } from './fixtures.js'
import { button, click, composer, expectRead, field, fill, focusOf, see, seeNone } from './targets.js'

test('a picture is chosen, described, sent, seen by the other, opened and left', async ({ meet }) => {
  const { ann, ben } = await meet()
  const folder = scratchFolder('picture')
  try {
    const file = join(folder.path, 'garden.png')
    await writeFile(file, await plainPicture('png', { width: 600, height: 400 }))
    await ann.tab.choose('#image', file)
    await see(ann.tab, field(pictureDescription))
    await fill(ann.tab, field(pictureDescription), 'Our garden')
    await click(ann.tab, button('Send'))
    await see(ben.tab, { css: '#list article img', name: 'Our garden' })
    const isLoaded = () => (document.querySelector<HTMLImageElement>('#list article img')?.naturalWidth ?? 0) > 0
    await expectRead(ben.tab, isLoaded, true, 'the picture is there')
    await seeNone(ann.tab, { css: '.pending' })

    await click(ben.tab, { css: '#list a.picture' })
    await see(ben.tab, { css: 'dialog img', name: 'Our garden' })
    await ben.tab.press('Escape')
    await seeNone(ben.tab, { css: 'dialog img' })
    expect(await ben.tab.read(() => document.activeElement?.matches('a.picture, article'))).toBe(true)
    await fill(ann.tab, composer, 'words after it')
    await ann.tab.press('Enter')
    expect(await focusOf(ann.tab)).toBe('content')
    await see(ben.tab, { css: '#list article', holds: 'words after it' })
  } finally {
    folder.remove()
  }
})
