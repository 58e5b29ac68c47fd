import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { fitConnections, refuseLowLimit } from '#src/descriptors.js'

vi.mock('node:fs', async load => ({ ...(await load<object>()), readFileSync: vi.fn() }))

it.each([
  [1000, null, 1000],
  [1000, 100_000, 1000],
  [1000, 1080, 1000],
  [1000, 1079, 999],
  [1000, 128, 48],
])(
  'of %d connections that are wanted as many fit as the limit of descriptors allows: of %j %d',
  (wanted, limit, fit) => {
    expect(fitConnections(wanted, limit).maxConnections).toBe(fit)
  },
)

it('what is lowered is told with what was asked for, and with the limit', () => {
  expect(fitConnections(1000, 1080).lowered).toBeNull()
  const lowered = { setting: 'MAX_CONNECTIONS', asked: 1000, given: 920, openFiles: 1000 }
  expect(fitConnections(1000, 1000).lowered).toEqual(lowered)
})

it('a limit of fewer than 128 is too low', () => {
  expect(refuseLowLimit(127)).toBe('The limit of open files is 127 but must be at least 128 (ulimit -n).')
  expect(refuseLowLimit(128)).toBeNull()
})

it('the limit is the soft one of this process', () => {
  vi.mocked(readFileSync).mockReturnValueOnce(
    'Max core file size        0                    unlimited            bytes\n' +
      'Max open files            500                  600                  files\n',
  )
  expect(fitConnections(1000).maxConnections).toBe(420)
  expect(readFileSync).toHaveBeenLastCalledWith('/proc/self/limits', 'utf8')
})

it('where the system does not say, as many connections as are wanted are tried', () => {
  vi.mocked(readFileSync).mockReturnValueOnce('Max open files            unlimited            unlimited\n')
  expect(fitConnections(1000).maxConnections).toBe(1000)
  const isUnreadable = () => {
    throw new Error('ENOENT')
  }
  vi.mocked(readFileSync).mockImplementationOnce(isUnreadable)
  expect(fitConnections(1000).maxConnections).toBe(1000)
  vi.mocked(readFileSync).mockImplementationOnce(isUnreadable)
  expect(refuseLowLimit()).toBeNull()
})
