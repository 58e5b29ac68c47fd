import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectRoot } from '#src/project-root.js'
import { assetUrl } from '#src/rendering/assets.js'

it.each(['app.js', 'app.css', 'notices.js', 'pictures.js', 'stream.js'] as const)(
  'the address of %s is that of a built file, whose name tells what it holds',
  name => {
    const [stem, ending] = name.split('.')
    const address = assetUrl(name)
    expect(address).toMatch(new RegExp(`^/static/build/${stem}-[\\w-]{8}\\.${ending}$`))
    expect(readFileSync(join(projectRoot, address)).length).toBeGreaterThan(0)
  },
)
