/** Files as people choose, paste or drop them, whose name or type does not say what they are. */
export interface ChosenFile {
  readonly title: string
  readonly name: string
  /** As the browser gives it; '' where it knows none. */
  readonly type: string
  /** Made by `sharp`, or written out. */
  readonly content: 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | Uint8Array<ArrayBuffer>
}

const bytes = (text: string) => Uint8Array.from(text, letter => letter.charCodeAt(0))

/** The start of a phone's HEIC file, whose pictures no Chromium reads. */
const heic = bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08free')

/** A bitmap of one red pixel. */
const bitmap = Uint8Array.from([
  ...bytes('BM'),
  ...[58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0],
  ...[40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 4, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 255, 0],
])

/** What can be sent, though nothing but its bytes says that it is a picture. */
export const unlabelledPictures: readonly ChosenFile[] = [
  { title: 'a JPEG that was saved as .jpg_large', name: 'DVilTl0WsAAJF3x.jpg_large', type: '', content: 'jpeg' },
  { title: 'a PNG without an ending', name: 'screenshot', type: '', content: 'png' },
  { title: 'a PNG that is said to be any bytes', name: 'shot.bin', type: 'application/octet-stream', content: 'png' },
  { title: 'a GIF without an ending', name: 'dance', type: '', content: 'gif' },
  { title: 'a WebP that is said to be text', name: 'a.txt', type: 'text/plain', content: 'webp' },
  { title: 'an AVIF without a type, which only the browser reads', name: 'a.avif', type: '', content: 'avif' },
  { title: 'a bitmap without a type, which only the browser reads', name: 'a.bmp', type: '', content: bitmap },
]

/** A file that cannot be sent, and the name of its format, if it is known. */
export interface UnreadableChoice extends ChosenFile {
  readonly format: string | null
}

export const heicPhoto: UnreadableChoice = {
  title: 'a HEIC photo without a type',
  name: 'IMG_0001.HEIC',
  type: '',
  content: heic,
  format: 'HEIC',
}

/** What cannot be sent, which has to be said. */
export const unreadableFiles: readonly UnreadableChoice[] = [
  heicPhoto,
  { ...heicPhoto, title: 'a HEIC photo with its type', type: 'image/heic' },
  { title: 'a document', name: 'letter.pdf', type: 'application/pdf', content: bytes('%PDF-1.7\n'), format: 'PDF' },
  {
    title: 'a text that is said to be a picture',
    name: 'a.jpg',
    type: 'image/jpeg',
    content: bytes('no picture'),
    format: null,
  },
  { title: 'an empty file', name: 'empty.png', type: 'image/png', content: bytes(''), format: null },
]
