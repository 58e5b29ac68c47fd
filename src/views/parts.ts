import { setImmediate } from 'node:timers/promises'

/** Work of one request that takes longer gives way to that of others: a message must not wait for a long page. */
const partMs = 8

/** Maps items in their order, in parts between which everything else gets its turn. */
export async function mapInParts<T, R>(items: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = []
  let begunAt = performance.now()
  for (const [index, item] of items.entries()) {
    if (performance.now() - begunAt > partMs) {
      await setImmediate()
      begunAt = performance.now()
    }
    results.push(map(item, index))
  }
  return results
}
