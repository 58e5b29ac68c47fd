/**
 * Makes what imports a module, as often as it takes: one that failed to load fails again under the same address, so that
 * the next try has another.
 */
export function importing<Module>(address: string): () => Promise<Module> {
  let again = ''
  return async () => {
    try {
      return await import(address + again)
    } catch (error) {
      again += '?'
      throw error
    }
  }
}
