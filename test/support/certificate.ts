import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A certificate that signs itself, and its key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

const dayMs = 86_400_000

/** An element of DER: a tag, a length and its content. Source: RFC 5280, appendix A. */
function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const { length } = body
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), body])
}

const sequence = (...content: readonly Buffer[]) => element(0x30, ...content)
const identifier = (hex: string) => element(0x06, Buffer.from(hex, 'hex'))
const bits = (content: Buffer) => element(0x03, Buffer.from([0]), content)
const time = (moment: number) =>
  element(0x18, Buffer.from(`${new Date(moment).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`))
const pem = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`

/** Makes one for names of hosts, good from yesterday to tomorrow. */
export function makeCertificate(names: readonly string[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'))
  const commonName = sequence(element(0x31, sequence(identifier('550403'), element(0x0c, Buffer.from('test')))))
  const alternativeNames = sequence(...names.map(name => element(0x82, Buffer.from(name))))
  const isAuthority = sequence(element(0x01, Buffer.from([0xff])))
  const extensions = sequence(
    sequence(identifier('551d11'), element(0x04, alternativeNames)),
    sequence(identifier('551d13'), element(0x04, isAuthority)),
  )
  const toBeSigned = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName,
    sequence(time(Date.now() - dayMs), time(Date.now() + dayMs)),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, extensions),
  )
  const signed = sequence(toBeSigned, ecdsaWithSha256, bits(sign('sha256', toBeSigned, privateKey)))
  return {
    cert: pem('CERTIFICATE', signed),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
