/** An answer that may be there already: an engine that holds everything in memory makes nobody wait. */
export type Answer<T> = T | Promise<T>

/** Goes on with an answer: at once if it is there. */
export function goOn<T, Next>(answer: Answer<T>, use: (value: T) => Answer<Next>): Answer<Next> {
  return answer instanceof Promise ? answer.then(use) : use(answer)
}

/** Does something, and hands over what it throws, or what its promise rejects with. */
export function attempt(work: () => Answer<void>, onError: (error: unknown) => void): Answer<void> {
  try {
    const answer = work()
    return answer instanceof Promise ? answer.catch(onError) : undefined
  } catch (error) {
    return onError(error)
  }
}
