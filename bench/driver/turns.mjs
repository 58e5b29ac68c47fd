/** Does many things, a few at once. */

/**
 * Calls `work` for each number below `count`, and resolves with the results in their order.
 * @template T
 * @param {number} count
 * @param {number} atOnce
 * @param {(index: number) => Promise<T>} work
 * @returns {Promise<T[]>}
 */
export async function forEachBelow(count, atOnce, work) {
  const results = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const index = next++
      results[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
  return results
}
