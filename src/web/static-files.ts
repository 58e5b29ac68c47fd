import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Response, Router } from 'express'
import { ChatError } from '../chat/errors.js'
import { createRouter, type Route } from '../http/routes.js'
import { projectRoot } from '../project-root.js'
import { assetUrl } from '../rendering/assets.js'
import { type LightContext, lightGuards } from './light-guards.js'

/** The folders, and how long a browser may cache their files: the name of a built file holds a hash of it. */
const folders = [
  ['build', 'public,max-age=31536000,immutable'],
  ['icons', 'public,max-age=86400'],
] as const
/** Compressed variants that may lie beside a file, the best first, with the endings of their names. */
const packings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

interface StaticFile {
  readonly name: string
  readonly cacheControl: string
  readonly etag: string
  readonly bytes: Buffer
  readonly packed: readonly { readonly encoding: string; readonly bytes: Buffer }[]
}

const address = '/static'

/**
 * The files in the folders of static/, not below them. Requests of members are counted, but do not prolong their sessions.
 * All files, a few hundred kilobytes, are read once and kept: one that is opened for each request would hold a descriptor
 * until its reader has taken it, and strangers decide how many requests there are.
 */
export function staticFiles(context: LightContext, root = join(projectRoot, 'static')): Router {
  const files = new Map(folders.flatMap(([folder, cacheControl]) => readFolder(root, folder, cacheControl)))
  const send = (request: Request, response: Response, path: string, cacheControl?: string) => {
    const file = files.get(path)
    if (!file) throw new ChatError('not_found')
    // Asked one at a time: with several, the browser's order would decide, and it names br last.
    const body = file.packed.find(({ encoding }) => request.acceptsEncodings(encoding))
    response.type(file.name)
    response.set({ 'Cache-Control': cacheControl ?? file.cacheControl, ETag: file.etag, Vary: 'Accept-Encoding' })
    if (body) response.set('Content-Encoding', body.encoding)
    response.send(body?.bytes ?? file.bytes)
  }
  const declare = (path: Route['path'], fileOf: (request: Request) => string, cacheControl?: string): Route => {
    const handle: Route['handle'] = (request, response) => send(request, response, fileOf(request), cacheControl)
    return { method: 'get', path, access: 'anyone', limit: 'lightRequests', handle }
  }
  const routes = [
    declare(`${address}/*file`, ({ path }) => path.slice(address.length)),
    // Browsers ask for it by themselves where no page names an icon, as beside JSON.
    declare('/favicon.ico', () => '/icons/favicon.ico'),
    // For all pages, so at the top; and always the newest, under one name.
    declare('/service-worker.js', () => assetUrl('service-worker.js').slice(address.length), 'no-cache'),
  ]
  return createRouter(routes, lightGuards(context))
}

function readFolder(root: string, folder: string, cacheControl: string): [path: string, file: StaticFile][] {
  const path = join(root, folder)
  const names = readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isFile() && !packings.some(([, ending]) => entry.name.endsWith(ending)))
    .map(({ name }) => name)
  return names.map(name => {
    const bytes = readFileSync(join(path, name))
    const packed = packings
      .map(([encoding, ending]) => ({ encoding, file: join(path, name + ending) }))
      .filter(({ file }) => existsSync(file))
      .map(({ encoding, file }) => ({ encoding, bytes: readFileSync(file) }))
    const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    return [`/${folder}/${name}`, { name, cacheControl, etag, bytes, packed }]
  })
}
