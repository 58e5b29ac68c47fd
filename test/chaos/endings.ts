import type { Chatter } from './chatters.js'

const wordOf = new Map([
  [1006, '"Reconnecting" (line lost)'],
  [1012, '"Reconnecting" (server restarts)'],
  [4401, 'to log in again'],
  [4404, 'that the chat is gone'],
])

/** How often which connections of people ended, in words. */
export function tellEndings(people: readonly Chatter[]): string {
  const counts = new Map<string, number>()
  for (const { voice } of people) {
    for (const [code, count] of voice.endings) {
      const word = wordOf.get(code) ?? `closed with ${code}`
      counts.set(word, (counts.get(word) ?? 0) + count)
    }
  }
  return [...counts].map(([word, count]) => `${word} ${count} times`).join(', ') || 'nothing: nobody was cut off'
}
