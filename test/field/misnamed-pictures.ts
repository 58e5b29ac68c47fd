/** Kinds of picture under names and types that do not say so; '' is the type of a file that the browser does not know. */
export const misnamedPictures = [
  ['a PNG without an ending', 'png', 'screenshot', ''],
  ['a JPEG of a web page', 'jpeg', 'photo.jpg_large', ''],
  ['a WebP that is called a JPEG', 'webp', 'IMG_0001.JPG', 'image/jpeg'],
  ['a GIF that is called a program', 'gif', 'setup.exe', 'application/x-msdownload'],
  ['a PNG that is called text', 'png', 'notes.txt', 'text/plain'],
] as const

const heic = Buffer.from('\0\0\0\x24ftypheic\0\0\0\0mif1heicmiaf\0\0\0\0', 'latin1')

/** Files that cannot be sent, under what names and types they come, and what is said of each. */
export const foreignFiles = [
  ['a HEIC', heic, 'IMG_0001.HEIC', '', 'HEIC files can&#39;t be sent here'],
  ['a HEIC that is called a JPEG', heic, 'IMG_0001.JPG', 'image/jpeg', 'HEIC files can&#39;t be sent here'],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.png', 'image/png', 'SVG files'],
  ['a film', Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1'), 'a.jpg', 'image/jpeg', 'QuickTime files'],
  ['text', Buffer.from('hello'), 'a.png', 'image/png', 'This file can&#39;t be sent as a picture'],
] as const
