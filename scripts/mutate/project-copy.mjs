/** A copy of the project whose sources can be changed while others work on the project itself. */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from '../process.mjs'
import { writeModules } from '../server-modules.mjs'

const leftOut = new Set(['node_modules', '.git', 'data', 'coverage', 'test-results', 'playwright-report'])

export class ProjectCopy {
  #outer = mkdtempSync(join(tmpdir(), 'ephemeral-chat-copy-'))
  /** The folder of the copy. */
  folder = join(this.#outer, 'project')
  /** A file beside it, for what is found out about it. */
  notes = join(this.#outer, 'notes')

  constructor() {
    const filter = path => !leftOut.has(relative(root, path)) && !/^uploads\/./.test(relative(root, path))
    cpSync(root, this.folder, { recursive: true, filter })
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'))
  }

  /**
   * Replaces texts of sources, for whoever runs the sources and for whoever runs dist/.
   * @param {Map<string, string>} texts by paths below the project's folder
   */
  async write(texts) {
    this.writeSources(texts)
    await writeModules(
      this.folder,
      [...texts.keys()].map(path => join(this.folder, path)),
    )
  }

  /** Replaces texts of sources alone. */
  writeSources(texts) {
    for (const [path, text] of texts) writeFileSync(join(this.folder, path), text)
  }

  remove() {
    rmSync(this.#outer, { recursive: true, force: true })
  }
}
