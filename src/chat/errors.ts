/**
 * Whether the same request may succeed later: `never`; `later`, once something has changed, which a person decides to try;
 * or `automatic`, so soon that a page repeats it by itself.
 */
export type Retry = 'never' | 'later' | 'automatic'

interface ErrorEntry {
  /** The HTTP status that the code always comes with. */
  readonly status: number
  /** The key of the sentence that people read; must be one of the catalogue's (locales/). */
  readonly sentence: `error.${string}`
  readonly retry: Retry
}

/**
 * Every refusal that the product can give, by its stable code. Pages, API, sockets and the description of the API all read
 * it here.
 */
export const errorTable = {
  account_disabled: { status: 403, sentence: 'error.account_disabled', retry: 'never' },
  bad_request: { status: 400, sentence: 'error.bad_request', retry: 'never' },
  blocked: { status: 403, sentence: 'error.blocked', retry: 'never' },
  conflict: { status: 409, sentence: 'error.conflict', retry: 'never' },
  forbidden: { status: 403, sentence: 'error.forbidden', retry: 'never' },
  image_description_invalid: { status: 422, sentence: 'error.image_description_invalid', retry: 'never' },
  image_invalid: { status: 422, sentence: 'error.image_invalid', retry: 'never' },
  image_missing: { status: 422, sentence: 'error.image_missing', retry: 'never' },
  image_not_alone: { status: 422, sentence: 'error.image_not_alone', retry: 'never' },
  image_not_found: { status: 404, sentence: 'error.image_not_found', retry: 'never' },
  image_too_large: { status: 413, sentence: 'error.image_too_large', retry: 'never' },
  image_too_many_pixels: { status: 413, sentence: 'error.image_too_many_pixels', retry: 'never' },
  image_unsupported: { status: 415, sentence: 'error.image_unsupported', retry: 'never' },
  internal: { status: 500, sentence: 'error.internal', retry: 'never' },
  invalid: { status: 422, sentence: 'error.invalid', retry: 'never' },
  invite_needed: { status: 403, sentence: 'error.invite_needed', retry: 'never' },
  message_empty: { status: 422, sentence: 'error.message_empty', retry: 'never' },
  message_invalid: { status: 422, sentence: 'error.message_invalid', retry: 'never' },
  message_too_long: { status: 422, sentence: 'error.message_too_long', retry: 'never' },
  method_not_allowed: { status: 405, sentence: 'error.method', retry: 'never' },
  not_found: { status: 404, sentence: 'error.not_found', retry: 'never' },
  payload_too_large: { status: 413, sentence: 'error.payload_too_large', retry: 'never' },
  person_full: { status: 507, sentence: 'error.person_full', retry: 'later' },
  push_unsupported: { status: 422, sentence: 'error.push_unsupported', retry: 'never' },
  rate_limited: { status: 429, sentence: 'error.rate_limited', retry: 'automatic' },
  registration_closed: { status: 403, sentence: 'error.registration_closed', retry: 'never' },
  room_full: { status: 507, sentence: 'error.room_full', retry: 'later' },
  server_busy: { status: 503, sentence: 'error.server_busy', retry: 'later' },
  server_full: { status: 507, sentence: 'error.server_full', retry: 'later' },
  storage_failed: { status: 503, sentence: 'error.storage_failed', retry: 'later' },
  unauthenticated: { status: 401, sentence: 'error.unauthenticated', retry: 'never' },
  unsupported_media_type: { status: 415, sentence: 'error.unsupported_media_type', retry: 'never' },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** The stable code of a refusal. */
export type ErrorCode = keyof typeof errorTable

/** A refusal with a stable code, by which its sentence is looked up; `message` is never shown. */
export class ChatError extends Error {
  override readonly name = 'ChatError'

  /**
   * @param code the stable code
   * @param retryAfterMs milliseconds after which the same request may succeed, if that is known
   */
  constructor(
    readonly code: ErrorCode,
    readonly retryAfterMs?: number,
  ) {
    super(code)
  }
}

/** Whether something was refused because what keeps it is away or cannot write: nobody here has made a mistake. */
export function isStorageFailure(error: unknown): error is ChatError {
  return error instanceof ChatError && error.code === 'storage_failed'
}

/** A file of a kind that cannot be sent as a picture. */
export class UnsupportedImage extends ChatError {
  /** @param format what the file is, as people call it, such as HEIC; null if that is not known */
  constructor(readonly format: string | null) {
    super('image_unsupported')
  }
}

/** A picture of a person whose pictures take all the space that one person may have for them. */
export class PicturesFull extends ChatError {
  readonly isOfPictures = true

  constructor() {
    super('person_full')
  }
}

/** Input refused field by field. The values are stable keys such as `username_taken`, never sentences. */
export class InvalidInput extends ChatError {
  /** @param fields the name of each refused field and the key of what is wrong with it */
  constructor(readonly fields: Readonly<Record<string, string>>) {
    super('invalid')
  }
}
