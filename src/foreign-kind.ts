/** The brands of files in the container that films, HEIC and AVIF share. Source: ISO/IEC 14496-12, "file type box". */
const brands: readonly (readonly [string, RegExp])[] = [
  ['AVIF', /avi[fs]/],
  ['HEIC', /hei[cxms]|hev[cxms]|mif1|msf1/],
  ['JPEG XL', /jxl /],
  ['QuickTime', /qt {2}/],
  ['MP4', /isom|iso\d|mp4\d|avc1|M4V|3g[p2]|MSNV/],
]

/** How other files begin: what stands where. */
const foreignSignatures: readonly (readonly [string, ...(readonly [at: number, text: string])[]])[] = [
  ['TIFF', [0, 'II*\0']],
  ['TIFF', [0, 'MM\0*']],
  ['BMP', [0, 'BM'], [6, '\0\0\0\0']],
  ['ICO', [0, '\0\0\x01\0']],
  ['JPEG XL', [0, '\xff\x0a']],
  ['JPEG XL', [0, '\0\0\0\x0cJXL ']],
  ['JPEG 2000', [0, '\xff\x4f\xff\x51']],
  ['JPEG 2000', [0, '\0\0\0\x0cjP  ']],
  ['PSD', [0, '8BPS']],
  ['PDF', [0, '%PDF-']],
  ['WebM', [0, '\x1a\x45\xdf\xa3']],
  ['AVI', [0, 'RIFF'], [8, 'AVI ']],
  ['ZIP', [0, 'PK\x03\x04']],
]

/** An SVG may begin with a mark of its encoding, a comment, and declarations. */
const svg = /^(?:\xef\xbb\xbf)?\s*(?:<svg|<(?:\?xml|!--|!doctype svg)[\s\S]*<svg)[\s>]/i

/** Bytes of a file that tell what it is. */
export const headBytes = 512

/** What a file that is no picture of ours is, as people call it, by its first bytes, one character each; null if not known. */
export function foreignKindOfHead(head: string): string | null {
  if (svg.test(head)) return 'SVG'
  if (head.slice(4, 8) === 'ftyp') {
    const length = head.charCodeAt(2) * 256 + head.charCodeAt(3)
    // Its own brand, and those that it is compatible with: a HEIC may call itself mif1, and so may an AVIF.
    const listed = head.slice(8, Math.max(12, length))
    return brands.find(([, names]) => names.test(listed))?.[0] ?? null
  }
  const found = foreignSignatures.find(([, ...parts]) => parts.every(([at, text]) => head.startsWith(text, at)))
  return found?.[0] ?? null
}
