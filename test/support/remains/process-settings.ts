import { readFile, readlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { type Config, readConfig } from '#src/config.js'
import type { Located } from './file-places.js'
import { codeOf, refuse } from './unreadable.js'

/** What a running server was started with. */
export interface ProcessSettings {
  readonly config: Config
  /** A folder or file by the path that the server has for it, which counts from its own folder and root (in a container, say). */
  find(path: string): Located
}

/**
 * Reads the settings of a server from its process, as it has read them: its environment, over the file `.env` of its folder.
 * @throws Unreadable
 */
export async function readProcessSettings(pid: number): Promise<ProcessSettings> {
  const refused = refuse(`the settings of process ${pid} cannot be read`)
  const [folder, environment] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(refused),
    readFile(`/proc/${pid}/environ`, 'utf8').catch(refused),
  ])
  const find = (path: string) => {
    const name = resolve(folder, path)
    return { name, path: join(`/proc/${pid}/root`, name) }
  }
  const file = await readFile(find('.env').path, 'utf8').catch((error: unknown) =>
    codeOf(error) === 'ENOENT' ? '' : refused(error),
  )
  const given: Record<string, string | undefined> = { ...parseEnv(file) }
  for (const line of environment.split('\0')) {
    const [name = ''] = line.split('=', 1)
    if (name !== '') given[name] = line.slice(name.length + 1)
  }
  // A relative one counts from the server's folder, and readConfig would count from ours.
  const uploads = find(given.UPLOAD_DIR || './uploads').name
  try {
    return { config: readConfig({ ...given, UPLOAD_DIR: uploads }), find }
  } catch (error) {
    return refused(error)
  }
}
