/** Every refusal that the product can give, by its stable code. Pages, API and sockets use the same ones. */
export type ErrorCode =
  | 'account_disabled'
  | 'bad_request'
  | 'blocked'
  | 'conflict'
  | 'forbidden'
  | 'image_description_invalid'
  | 'image_invalid'
  | 'image_missing'
  | 'image_not_alone'
  | 'image_not_found'
  | 'image_too_large'
  | 'image_too_many_pixels'
  | 'image_unsupported'
  | 'invite_needed'
  | 'message_empty'
  | 'message_invalid'
  | 'message_too_long'
  | 'not_found'
  | 'person_full'
  | 'rate_limited'
  | 'registration_closed'
  | 'room_full'
  | 'server_busy'
  | 'server_full'
  | 'storage_failed'
  | 'unauthenticated'
  | 'invalid'

/** A refusal with a stable code. What it says to people is looked up by the code, never taken from `message`. */
export class ChatError extends Error {
  override readonly name = 'ChatError'

  /**
   * @param code the stable code
   * @param retryAfterMs milliseconds after which the same request may succeed, where that is known
   */
  constructor(
    readonly code: ErrorCode,
    readonly retryAfterMs?: number,
  ) {
    super(code)
  }
}

/** Input that was refused, field by field. The values are stable keys such as `username_taken`, never sentences. */
export class InvalidInput extends ChatError {
  /** @param fields the name of each refused field and the key of what is wrong with it */
  constructor(readonly fields: Readonly<Record<string, string>>) {
    super('invalid')
  }
}
