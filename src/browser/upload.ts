/** Why a picture was not taken. */
export interface RefusedUpload {
  /** In the reader's words; '' if the network failed. */
  readonly message: string
  /** Milliseconds after which it may be tried again; 0 if never by itself. */
  readonly retryAfterMs: number
  /** Whether the same picture would be refused again. */
  readonly isFinal: boolean
}

/** How an upload ended: with the picture's id, not taken, or called off. */
export type UploadResult = { imageId: string } | RefusedUpload | 'cancelled'

/** An upload under way. */
export interface RunningUpload {
  readonly result: Promise<UploadResult>
  cancel(): void
}

const memberOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined

const textOf = (body: unknown, name: string): string => {
  const value = memberOf(body, name)
  return typeof value === 'string' ? value : ''
}

/** Uploads a form and reports its progress, from 0 to 1, which fetch cannot. */
export function upload(address: string, form: FormData, onProgress: (share: number) => void): RunningUpload {
  const request = new XMLHttpRequest()
  request.open('POST', address)
  request.responseType = 'json'
  const result = new Promise<UploadResult>(resolve => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total)
    request.onabort = () => resolve('cancelled')
    request.onerror = () => resolve({ message: '', retryAfterMs: 0, isFinal: false })
    request.onload = () => {
      const imageId = textOf(request.response, 'imageId')
      const retryAfterMs = 1000 * Number(request.getResponseHeader('retry-after') ?? 0)
      const isFinal = memberOf(request.response, 'isFinal') === true
      resolve(imageId ? { imageId } : { message: textOf(request.response, 'message'), retryAfterMs, isFinal })
    }
  })
  request.send(form)
  return { result, cancel: () => request.abort() }
}
