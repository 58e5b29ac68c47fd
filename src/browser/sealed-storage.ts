import { makeNonce } from './nonce.js'

const sealedName = 'sealed'
/** An item of localStorage, new at each log-out. What is sealed begins with it and a full stop, so older drafts are known. */
const leftName = 'left'
const ivBytes = 12

type Place = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * What a tab keeps over a reload. It is in the page's memory; the browser, which may write it to disk, gets all of it as one
 * text, sealed by a key that only pages of the same person are handed, while they are logged in. Where the browser can't
 * encrypt (plain http), nothing outlives the page.
 */
export class SealedStorage implements Place {
  readonly #place: Place
  readonly #readLeft: () => string
  /** None where the browser can't encrypt, and once the person has left. */
  #key: CryptoKey | undefined
  #items = new Map<string, string>()
  #isStale = false
  #isForgotten = false
  #sealing: Promise<void> | undefined

  /**
   * Removes what was sealed before someone left. That takes no key, so that pages of nobody do it too.
   * @param readLeft another value once someone has left since something was sealed
   */
  constructor(place: Place, readLeft: () => string) {
    this.#place = place
    this.#readLeft = () => `${readLeft()}.`
    if (!place.getItem(sealedName)?.startsWith(this.#readLeft())) place.removeItem(sealedName)
  }

  /**
   * Opens what an earlier page of this tab has kept; what it can't open, it removes.
   * @param handed the key of this person's pages, as the page was handed it
   */
  async open(handed: string): Promise<this> {
    await this.#take(handed)
    const sealed = this.#place.getItem(sealedName)
    if (!sealed || !this.#key) return this
    try {
      const bytes = readBytes(sealed.slice(this.#readLeft().length))
      const text = await crypto.subtle.decrypt(by(bytes.slice(0, ivBytes)), this.#key, bytes.slice(ivBytes))
      this.#items = new Map(JSON.parse(new TextDecoder().decode(text)))
    } catch {
      // Of someone else, or by the secret of an earlier run.
      this.#place.removeItem(sealedName)
    }
    return this
  }

  /** Whether there is anything that a later page of this person can be given back. */
  get holdsSomething(): boolean {
    return this.#key !== undefined && this.#items.size > 0
  }

  /** Whether there is anything that is lost with this page, since the browser can't encrypt it. */
  get losesSomething(): boolean {
    return !this.#key && !this.#isForgotten && this.#items.size > 0
  }

  /** The names of its items. */
  get names(): string[] {
    return [...this.#items.keys()]
  }

  getItem(name: string): string | null {
    return this.#items.get(name) ?? null
  }

  setItem(name: string, value: string): void {
    this.#items.set(name, value)
    void this.#keep()
  }

  removeItem(name: string): void {
    if (this.#items.delete(name)) void this.#keep()
  }

  /** Drops everything, and keeps nothing from here on. */
  forget(): void {
    this.#isForgotten = true
    this.#items.clear()
    this.#key = undefined
    this.#place.removeItem(sealedName)
  }

  /** The same person has logged in again: seals everything again by the key that their pages are handed now. */
  async handOver(handed: string): Promise<void> {
    await this.#take(handed)
    await this.#keep()
  }

  /** Meanwhile the person may have left. */
  async #take(handed: string): Promise<void> {
    const key = await readKey(handed)
    this.#key = this.#isForgotten ? undefined : key
  }

  /** One after another, so that what is newest is written last. */
  #keep(): Promise<void> {
    this.#isStale = true
    this.#sealing ??= this.#seal().finally(() => {
      this.#sealing = undefined
    })
    return this.#sealing
  }

  async #seal(): Promise<void> {
    while (this.#isStale && this.#key) {
      this.#isStale = false
      if (this.#items.size === 0) {
        this.#place.removeItem(sealedName)
        continue
      }
      const left = this.#readLeft()
      const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
      const text = new TextEncoder().encode(JSON.stringify([...this.#items]))
      const sealed = await crypto.subtle.encrypt(by(iv), this.#key, text)
      const bytes = [...iv, ...new Uint8Array(sealed)].map(byte => String.fromCharCode(byte))
      // Meanwhile the person may have left.
      if (this.#key) this.#place.setItem(sealedName, left + btoa(bytes.join('')))
    }
  }
}

const by = (iv: Uint8Array<ArrayBuffer>) => ({ name: 'AES-GCM', iv })

const readBytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), byte => byte.charCodeAt(0))

/** The key that `maskKey` of the server has masked; undefined where the browser can't encrypt. */
async function readKey(handed: string): Promise<CryptoKey | undefined> {
  const bytes = readBytes(handed)
  const half = bytes.length / 2
  const key = bytes.slice(half).map((byte, index) => byte ^ (bytes[index] ?? 0))
  const subtle: SubtleCrypto | undefined = crypto.subtle
  return subtle?.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** Opens the storage of this page's person; undefined on a page of nobody. Once someone logs out in any tab, it is empty. */
export function openStorage(): Promise<SealedStorage> | undefined {
  const storage = new SealedStorage(sessionStorage, () => localStorage.getItem(leftName) ?? '')
  const handed = document.querySelector<HTMLMetaElement>('meta[name=draft-key]')
  if (!handed) return undefined
  addEventListener('storage', ({ key }) => key === leftName && storage.forget())
  const opening = storage.open(handed.content)
  // A page that is saved as a file takes no key along.
  handed.content = ''
  return opening
}

/** What this browser keeps of the person is gone, in every tab, also in one that sleeps. */
export function forgetEverywhere(): void {
  sessionStorage.removeItem(sealedName)
  localStorage.setItem(leftName, makeNonce())
  // Browsers send `storage` events to other tabs only.
  dispatchEvent(new StorageEvent('storage', { key: leftName }))
}
