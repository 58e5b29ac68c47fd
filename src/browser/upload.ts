/**
 * How an upload ended: with the picture's id, with the server's refusal ('' if the network failed) and the milliseconds
 * after which it may be tried again (0 if never by itself), or called off.
 */
export type UploadResult = { imageId: string } | { message: string; retryAfterMs: number } | 'cancelled'

/** An upload under way. */
export interface RunningUpload {
  readonly result: Promise<UploadResult>
  cancel(): void
}

const textOf = (body: unknown, name: string): string => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : ''
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
    request.onerror = () => resolve({ message: '', retryAfterMs: 0 })
    request.onload = () => {
      const imageId = textOf(request.response, 'imageId')
      const retryAfterMs = 1000 * Number(request.getResponseHeader('retry-after') ?? 0)
      resolve(imageId ? { imageId } : { message: textOf(request.response, 'message'), retryAfterMs })
    }
  })
  request.send(form)
  return { result, cancel: () => request.abort() }
}
