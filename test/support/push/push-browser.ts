import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'

const tagBytes = 16
const saltBytes = 16

/** The half of a browser that push is about: it has keys, and decrypts what its push service hands it (RFC 8291, RFC 8188). */
export class PushBrowser {
  readonly #pair = createECDH('prime256v1')
  readonly #auth: Buffer
  readonly #point: Buffer

  /** @param given its private key and its secret, in base64url; new ones by default */
  constructor(given?: { readonly privateKey: string; readonly auth: string }) {
    if (given === undefined) this.#pair.generateKeys()
    else this.#pair.setPrivateKey(given.privateKey, 'base64url')
    this.#auth = given === undefined ? randomBytes(16) : Buffer.from(given.auth, 'base64url')
    this.#point = this.#pair.getPublicKey()
  }

  /** What it hands to a server, beside its endpoint. */
  get keys(): { p256dh: string; auth: string } {
    return { p256dh: this.#point.toString('base64url'), auth: this.#auth.toString('base64url') }
  }

  /** Decrypts the body of a push. Throws if it is not for this browser, or not of one record. */
  decrypt(body: Buffer): string {
    const salt = body.subarray(0, saltBytes)
    const recordBytes = body.readUInt32BE(saltBytes)
    const keyBytes = body.readUInt8(saltBytes + 4)
    const sender = body.subarray(saltBytes + 5, saltBytes + 5 + keyBytes)
    const record = body.subarray(saltBytes + 5 + keyBytes)
    if (record.length > recordBytes) throw new Error('There is more than one record')
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#point, sender])
    const input = derive(this.#pair.computeSecret(sender), this.#auth, info, 32)
    const key = derive(input, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
    const nonce = derive(input, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
    const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: tagBytes })
    decipher.setAuthTag(record.subarray(-tagBytes))
    const padded = Buffer.concat([decipher.update(record.subarray(0, -tagBytes)), decipher.final()])
    const end = padded.lastIndexOf(2)
    if (end < 0 || padded.subarray(end + 1).some(byte => byte !== 0)) throw new Error('This is not the last record')
    return padded.subarray(0, end).toString()
  }
}

function derive(input: Buffer, salt: Buffer, info: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', input, salt, info, bytes))
}
