import { retryMs } from './retry-delay.js'

/**
 * Makes what imports a module, as often as it takes: one that failed to load fails again under the same address, so that
 * the next try has another.
 */
export function importing<Module>(address: string): () => Promise<Module> {
  let again = ''
  return () => {
    const loading: Promise<Module> = import(address + again)
    loading.catch(() => {
      again += '?'
    })
    return loading
  }
}

/** Imports until it works, then calls `use`; calls `onFailure` each time that it does not. */
export function importAtLast<Module>(
  load: () => Promise<Module>,
  use: (module: Module) => void = () => {},
  onFailure = () => {},
): void {
  load().then(use, () => {
    onFailure()
    setTimeout(importAtLast, retryMs, load, use, onFailure)
  })
}
