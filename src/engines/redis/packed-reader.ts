/**
 * Reads what a script has packed (MessagePack, as Redis's cmsgpack writes it), value by value: whoever reads knows what comes
 * next. Strings are UTF-8. Every method throws a RangeError when something else comes.
 */
export class PackedReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** A number, whole or not. */
  number(): number {
    const kind = this.#byte()
    if (kind < 0x80) return kind
    if (kind >= 0xe0) return kind - 0x100
    switch (kind) {
      case 0xca:
        return this.#bytes.readFloatBE(this.#skip(4))
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#skip(8))
      case 0xcc:
        return this.#byte()
      case 0xcd:
        return this.#bytes.readUInt16BE(this.#skip(2))
      case 0xce:
        return this.#bytes.readUInt32BE(this.#skip(4))
      case 0xcf:
        return Number(this.#bytes.readBigUInt64BE(this.#skip(8)))
      case 0xd0:
        return this.#bytes.readInt8(this.#skip(1))
      case 0xd1:
        return this.#bytes.readInt16BE(this.#skip(2))
      case 0xd2:
        return this.#bytes.readInt32BE(this.#skip(4))
      case 0xd3:
        return Number(this.#bytes.readBigInt64BE(this.#skip(8)))
      default:
        throw unexpected('a number', kind)
    }
  }

  boolean(): boolean {
    const kind = this.#byte()
    if (kind !== 0xc2 && kind !== 0xc3) throw unexpected('a boolean', kind)
    return kind === 0xc3
  }

  string(): string {
    const length = this.#stringLength()
    const start = this.#skip(length)
    return this.#bytes.toString('utf8', start, start + length)
  }

  /** A string as its bytes, which share the memory of the whole. */
  bytes(): Buffer {
    const length = this.#stringLength()
    const start = this.#skip(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** A string that was packed by itself, to be read in turn. */
  nested(): PackedReader {
    return new PackedReader(this.bytes())
  }

  /** A list of values that `read` reads one by one. */
  list<Value>(read: (reader: this) => Value): Value[] {
    const values: Value[] = []
    for (let left = this.array(); left > 0; left -= 1) values.push(read(this))
    return values
  }

  /** The beginning of a list: how many values follow. */
  array(): number {
    const kind = this.#byte()
    if (kind >= 0x90 && kind <= 0x9f) return kind & 0x0f
    if (kind === 0xdc) return this.#bytes.readUInt16BE(this.#skip(2))
    if (kind === 0xdd) return this.#bytes.readUInt32BE(this.#skip(4))
    // An empty table of Lua is a list and a map at once.
    if (kind === 0x80) return 0
    throw unexpected('a list', kind)
  }

  /** What `read` reads, or null where `false` stands for nothing. */
  maybe<Value>(read: (reader: this) => Value): Value | null {
    if (this.#bytes[this.#at] !== 0xc2) return read(this)
    this.#at += 1
    return null
  }

  #stringLength(): number {
    const kind = this.#byte()
    if (kind >= 0xa0 && kind <= 0xbf) return kind & 0x1f
    if (kind === 0xd9 || kind === 0xc4) return this.#byte()
    if (kind === 0xda || kind === 0xc5) return this.#bytes.readUInt16BE(this.#skip(2))
    if (kind === 0xdb || kind === 0xc6) return this.#bytes.readUInt32BE(this.#skip(4))
    throw unexpected('a string', kind)
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#skip(1))
  }

  /** Goes on by `length` bytes. Returns where they begin. */
  #skip(length: number): number {
    const start = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) throw new RangeError('What a script packed ends too early')
    return start
  }
}

function unexpected(wanted: string, kind: number): RangeError {
  return new RangeError(`What a script packed has not ${wanted} here, but 0x${kind.toString(16)}`)
}
