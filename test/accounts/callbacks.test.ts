import { expect, it, vi } from 'vitest'
import { Callbacks } from '#src/accounts/callbacks.js'

it('calls everybody with the value, in the order in which they came', () => {
  const callbacks = new Callbacks<string>()
  const told: string[] = []
  callbacks.add(value => told.push(`first ${value}`))
  callbacks.add(value => told.push(`second ${value}`))
  callbacks.call('a')
  callbacks.call('b')
  expect(told).toEqual(['first a', 'second a', 'first b', 'second b'])
})

it('calls nobody who was removed, and whoever was added twice once less', () => {
  const callbacks = new Callbacks<number>()
  const callback = vi.fn()
  const end = callbacks.add(callback)
  callbacks.add(callback)
  callbacks.call(1)
  expect(callback).toHaveBeenCalledTimes(2)
  end()
  end()
  callbacks.call(2)
  expect(callback.mock.calls).toEqual([[1], [1], [2]])
})

it('calls the others when some fail, and says then what failed', () => {
  const callbacks = new Callbacks<number>()
  const failures = [new Error('one'), new Error('two')]
  const callback = vi.fn()
  const fail = (failure: Error | undefined) => () => {
    throw failure
  }
  callbacks.add(fail(failures[0]))
  callbacks.add(callback)
  callbacks.add(fail(failures[1]))
  expect(() => callbacks.call(1)).toThrow(
    expect.objectContaining({ name: 'AggregateError', message: 'A callback failed', errors: failures }),
  )
  expect(callback).toHaveBeenCalledExactlyOnceWith(1)
  expect(() => new Callbacks<number>().call(1)).not.toThrow()
})
