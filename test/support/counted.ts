/**
 * The same object, with every call of a method noted.
 * @param onCall told the name of each method that is called, and its first argument
 */
export function counted<T extends object>(target: T, onCall: (name: string, first: unknown) => void): T {
  return new Proxy(target, {
    get(_, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        onCall(String(property), args[0])
        return Reflect.apply(value, target, args)
      }
    },
  })
}
