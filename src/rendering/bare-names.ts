import { endingOf, writtenHostOf } from './host-names.js'

/**
 * Endings that make a link of a name without a scheme: well-known ones that end no file and hardly begin a sentence whose
 * full stop lacks its space. So there is no md, rs, py, sh, so, pl, zip, mov, ai, cc or info; no io, as programs have a
 * "java.io"; and no in, is, it, at, be, me, no, to or us. Every other address needs a scheme, "www.", a port or a path.
 */
export const endings: ReadonlySet<string> = new Set(
  'com org net edu gov dev app eu ar au br ca ch cl cn co cz de dk ee es fi fr gr hk hu ie il ir jp ke kr lt lu lv mx ng nl nz pe ph pt ro ru se sg sk th tr tv tw ua uk vn za рф'.split(
    ' ',
  ),
)

/** The names under which countries have their own, such as co.in: whoever writes both means an address. */
const national = /\.(?:com|co|org|net|gov|edu|ac)\.[a-z]{2}$/

/** Endings of files that are no endings of host names. */
const fileEndings = new Set(
  'asp aspx avi bak bat bmp bz2 c cfg cjs class conf cpp cs css csv cxx db deb dll dmg doc docx env eta exe gif go gz h heic hpp htm html ico ini ipynb iso jar java jpeg jpg js json jsp jsx kt less lock log lua map mjs mkv mp3 mp4 msi odt ogg otf pdf php png ppt pptx proto ps1 rar rb rpm rtf scala scss sql svg swift tar tex tgz tmp toml ts tsv tsx ttf txt vue war wasm wav webm webp woff woff2 xls xlsx xml xz yaml yml'.split(
    ' ',
  ),
)

/** Endings of both: "main.rs:42" is a line of a file, "docs.rs/serde" an address. */
const doubtful = new Set('ai as cc md mk ml mm mov pl pm ps py rs sc sh so st tf zip'.split(' '))

const ending = /^(?:\p{L}{2,}|xn--[a-z\d-]+)$/u
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/
/** Such as 10.0.0.0/8. */
const rangeOfAddresses = /^[\d.]+\/\d{1,2}$/
const version = /^\d+(?:\.\d+)+\.[a-z]+$/

/** Whether a name ends as a host name may, and not as a file's. Case makes no difference. */
export function isHostName(host: string): boolean {
  const last = endingOf(host.toLowerCase())
  return host.includes('.') && ending.test(last) && !fileEndings.has(last)
}

/** Whether a bare address is that of this machine or one of numbers. Few of those have certificates. */
export function isOnThisNetwork(address: string): boolean {
  const host = writtenHostOf(address)
  return host === 'localhost' || ipv4.test(host)
}

/** Whether an address without a scheme, with its port and path if it has them, is meant as one. */
export function isBareAddress(address: string): boolean {
  const host = writtenHostOf(address)
  const behind = address.slice(host.length)
  if (isOnThisNetwork(address)) return behind !== '' && !rangeOfAddresses.test(address)
  const last = endingOf(host)
  if (!isHostName(host) || last !== last.toLowerCase()) return false
  const isListed = host === host.toLowerCase() && (endings.has(last) || national.test(host) || last.startsWith('xn--'))
  if (isListed && !version.test(host)) return true
  const [, port = '', path = ''] = /^(:\d+)?(\/.*)?/.exec(behind) ?? []
  return doubtful.has(last) ? path.length > 1 : port !== '' || path !== ''
}
