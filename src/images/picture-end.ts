import type { ImageKind } from '../picture-kind.js'

/** Where a picture ends by its own structure: the index after its last byte. Null if it has not come whole. */
type FindEnd = (bytes: Buffer) => number | null

/** Finds the marker after the compressed pixels of a JPEG, in which FF 00 and FF D0 to D7 are not markers. */
function afterScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return bytes.length
}

/** Some cameras write their trailer in place of the last marker. Whether all pixels are there, only decoding can tell. */
const endOfJpeg: FindEnd = bytes => {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]
    if (marker === 0xd9) return at + 2
    if (marker === 0xff) at += 1
    else {
      at += 2 + bytes.readUInt16BE(at + 2)
      if (marker === 0xda) at = afterScan(bytes, at)
    }
  }
  return bytes.length
}

const endOfPng: FindEnd = bytes => {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return end
    at = end
  }
  return null
}

const endOfWebp: FindEnd = bytes => {
  const size = bytes.readUInt32LE(4)
  return 8 + size + (size % 2)
}

const colourTableSize = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)

function afterSubBlocks(bytes: Buffer, start: number): number {
  let at = start
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) at += 1 + size
  return at + 1
}

/** The last byte of a GIF is often missing: browsers take any other that follows a whole frame for the end, or none. */
const endOfGif: FindEnd = bytes => {
  let hasFrame = false
  for (let at = 13 + colourTableSize(bytes[10] ?? 0); ; ) {
    const block = bytes[at]
    if (block === 0x21) at = afterSubBlocks(bytes, at + 2)
    else if (block === 0x2c) {
      at = afterSubBlocks(bytes, at + 11 + colourTableSize(bytes[at + 9] ?? 0))
      hasFrame = true
    } else if (block === 0x3b) return at + 1
    else return hasFrame ? at : null
  }
}

const ends: Readonly<Record<ImageKind, FindEnd>> = {
  gif: endOfGif,
  jpeg: endOfJpeg,
  png: endOfPng,
  webp: endOfWebp,
}

/**
 * The part of a file that is its picture, without what cameras and programs append: line ends, smaller copies, films.
 * Null if it has not come whole. It shares its memory with the file.
 */
export function pictureIn(bytes: Buffer, kind: ImageKind): Buffer | null {
  const end = ends[kind](bytes)
  return end === null || end > bytes.length ? null : bytes.subarray(0, end)
}

// What a browser or a server would run if it took the file for something else. Programs read a zip from its end, so a
// whole picture can stand before it or inside its comment.
const programs = /<script|<html|<!doctype html|<\?php|<svg\s+xmlns|%pdf-[12]/i
const zipTail = 65_557

/** Whether a file is a program or archive as well as a picture. The picture is encoded again in any case. */
export function holdsProgram(bytes: Buffer): boolean {
  const isZip = bytes.subarray(-zipTail).includes('PK\x05\x06') && bytes.includes('PK\x01\x02')
  return isZip || programs.test(bytes.toString('latin1'))
}
