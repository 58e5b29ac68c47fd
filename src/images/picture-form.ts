import type { Request, RequestHandler } from 'express'
import multer, { MulterError } from 'multer'
import { ChatError } from '../chat/errors.js'
import { wipingStorage } from './wiping-storage.js'

/** What came with a form: a file or none, and why a file was refused. */
export interface ReceivedPicture {
  readonly bytes: Buffer | null
  readonly refusal: ChatError | null
  /** Ends with the request: who went away waits for nothing. */
  readonly signal: AbortSignal
}

export interface PictureFormOptions {
  /** Bytes of a file. */
  readonly maxSize: number
  /** Bytes of any other field. */
  readonly maxFieldSize: number
  /** Asked before a file is read; a ChatError refuses it, so that a stranger cannot make the server hold anything. */
  readonly admit: (request: Request) => Promise<void>
}

const received = new WeakMap<Request, ReceivedPicture>()

/** A form that is longer than any picture by this carries nothing that is ours to keep: it is not even read to its end. */
const absurdExcess = 67_108_864
/** The forms have two inputs for a picture, of which one stays empty, and six other fields. */
const parts = { files: 2, fields: 12, parts: 14, headerPairs: 20, fieldNameSize: 100 }

const codes: Readonly<Record<string, ChatError['code']>> = {
  LIMIT_FILE_SIZE: 'image_too_large',
  LIMIT_FILE_COUNT: 'image_not_alone',
  LIMIT_UNEXPECTED_FILE: 'image_not_alone',
  LIMIT_PART_COUNT: 'image_not_alone',
}

function refusalOf(error: unknown): ChatError {
  if (error instanceof ChatError) return error
  const code = error instanceof MulterError ? codes[error.code] : undefined
  return new ChatError(code ?? 'bad_request')
}

/**
 * Reads a multipart form into memory: its fields into `request.body`, its file for `receivedPicture`. A refused file
 * does not end the request: what was typed beside it must not be lost.
 */
export function pictureForm({ maxSize, maxFieldSize, admit }: PictureFormOptions): RequestHandler {
  const read = multer({
    storage: wipingStorage(maxSize),
    limits: { ...parts, fileSize: maxSize, fieldSize: maxFieldSize },
    fileFilter(request, _file, done) {
      admit(request).then(
        () => done(null, true),
        (error: unknown) => {
          if (!(error instanceof ChatError)) return done(error instanceof Error ? error : new ChatError('bad_request'))
          // Skipped, not failed: the fields that follow it are still wanted.
          received.set(request, { bytes: null, refusal: error, signal: AbortSignal.abort() })
          done(null, false)
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
    read(request, response, (error: unknown) => {
      const bytes = request.file?.buffer ?? null
      delete request.file
      const gone = new AbortController()
      response.once('close', () => {
        bytes?.fill(0)
        if (!response.writableFinished) gone.abort()
      })
      const refusal = error ? refusalOf(error) : (received.get(request)?.refusal ?? null)
      received.set(request, { bytes, refusal, signal: gone.signal })
      next()
    })
  }
}

/** What `pictureForm` read; of a form that carried no file, nothing. */
export function receivedPicture(request: Request): ReceivedPicture {
  return received.get(request) ?? { bytes: null, refusal: null, signal: new AbortController().signal }
}
