import type { Request, RequestHandler } from 'express'
import multer, { MulterError } from 'multer'
import type { UserId } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import type { HeldForm, HeldUploads } from '../../images/held-uploads.js'
import { onceOver } from '../../live/transport/response-end.js'
import type { HeldBodies } from '../held-bodies.js'
import { wipingStorage } from './wiping-storage.js'

/** The picture of a form: its file or none, and why a file was refused. */
export interface ReceivedPicture {
  readonly bytes: Buffer | null
  readonly refusal: ChatError | null
  /** Aborted once the client has gone. */
  readonly signal: AbortSignal
}

/** The limits of a form, and who is asked about it. */
export interface PictureFormOptions {
  /** Bytes of the largest file. */
  readonly maxSize: number
  /** Bytes of the longest other field. */
  readonly maxFieldSize: number
  readonly held: HeldUploads
  /** Counts the other fields until the form is answered. */
  readonly bodies: HeldBodies
  /** Who sends the form. */
  readonly ownerOf: (request: Request) => UserId
  /** Called before a file is read. A ChatError refuses it, so that a stranger cannot make the server hold anything. */
  readonly admit: (request: Request) => Promise<void>
}

const holding = new WeakMap<Request, HeldForm>()
const received = new WeakMap<Request, ReceivedPicture>()

/** A form longer than the largest picture by this is not even read to its end. */
const absurdExcess = 67_108_864
/** The forms have two inputs for a picture, one of which stays empty, and six other fields. */
const parts = { files: 2, fields: 12, parts: 14, headerPairs: 20, fieldNameSize: 100 }

const codes: Readonly<Record<string, ChatError['code']>> = {
  LIMIT_FILE_SIZE: 'image_too_large',
  LIMIT_FILE_COUNT: 'image_not_alone',
  LIMIT_UNEXPECTED_FILE: 'image_not_alone',
  LIMIT_PART_COUNT: 'image_not_alone',
}

function heldFor(request: Request): HeldForm {
  const held = holding.get(request)
  if (!held) throw new Error('a form is read that is not counted')
  return held
}

function refusalOf(error: unknown): ChatError {
  if (error instanceof ChatError) return error
  const code = error instanceof MulterError ? codes[error.code] : undefined
  return new ChatError(code ?? 'bad_request')
}

/**
 * Reads a multipart form into memory: its fields into `request.body`, its file for `receivedPicture`. A refused file
 * does not end the request: the text of the form must not be lost.
 */
export function pictureForm({
  maxSize,
  maxFieldSize,
  held,
  bodies,
  ownerOf,
  admit,
}: PictureFormOptions): RequestHandler {
  async function admitPicture(request: Request): Promise<void> {
    heldFor(request).beginPicture()
    await admit(request)
  }
  const read = multer({
    storage: wipingStorage(maxSize, heldFor, (request, bytes) => bodies.release(request, bytes)),
    limits: { ...parts, fileSize: maxSize, fieldSize: maxFieldSize },
    fileFilter(request, _file, done) {
      admitPicture(request).then(
        () => done(null, true),
        (error: unknown) => {
          if (!(error instanceof ChatError)) return done(error instanceof Error ? error : new ChatError('bad_request'))
          // Read and dropped instead of failed: the fields after it are still wanted.
          heldFor(request).refuse(error)
          done(null, true)
        },
      )
    },
  }).single('image')

  return (request, response, next) => {
    if (!request.is('multipart/form-data')) return next()
    if (Number(request.get('content-length') ?? 0) > maxSize + absurdExcess) {
      response.set('Connection', 'close')
      return next(new ChatError('image_too_large'))
    }
    try {
      const giveWay = () => request.socket.destroy()
      holding.set(request, held.begin(ownerOf(request), giveWay))
    } catch (error) {
      response.set('Connection', 'close')
      return next(error)
    }
    const form = heldFor(request)
    const count = ({ length }: Buffer) => {
      // What is dropped does not count: the rest of a file that is too large, and what multer drains after an error.
      const isDropped = form.refusal?.code === 'image_too_large' || request.listenerCount('readable') > 0
      if (!isDropped) bodies.hold(request, length)
    }
    request.on('data', count)
    onceOver(response, () => {
      request.off('data', count)
      bodies.release(request)
      form.end()
    })
    read(request, response, (error: unknown) => {
      form.complete()
      const bytes = request.file?.buffer ?? null
      delete request.file
      const gone = new AbortController()
      onceOver(response, () => {
        bytes?.fill(0)
        if (!response.writableFinished) gone.abort()
      })
      const refusal = form.refusal ?? (error ? refusalOf(error) : null)
      received.set(request, { bytes, refusal, signal: gone.signal })
      next()
    })
  }
}

/** What `pictureForm` read; nothing for a form without a file. */
export function receivedPicture(request: Request): ReceivedPicture {
  return received.get(request) ?? { bytes: null, refusal: null, signal: new AbortController().signal }
}
