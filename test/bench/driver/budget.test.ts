import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '#src/project-root.js'
import { checkBudget } from '../../../bench/driver/budget.mjs'
import { figureOf } from '../../../bench/driver/figures.mjs'

const source = 'docs/performance.md'
const bytes = { program: 'a', figure: 'bytes', most: 600, source }
const ratio = { program: 'a', figure: 'ms', over: 'other ms', most: 0.5, source }
const figures = (values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, figureOf([value])]))

describe('the budget', () => {
  it('is kept up to the limit and missed beyond it', () => {
    const keptAt = (value: number) => checkBudget([bytes], { a: figures({ bytes: value }) })[0]?.isKept
    expect([599, 600, 601].map(keptAt)).toEqual([true, true, false])
  })

  it('divides a figure by another first where it names one', () => {
    const [check] = checkBudget([ratio], { a: figures({ ms: 3, 'other ms': 4 }) })
    expect(check).toMatchObject({ value: 0.75, isKept: false })
  })

  it('compares the median, whatever single rounds were', () => {
    const [check] = checkBudget([bytes], { a: { bytes: figureOf([100, 200, 9000]) } })
    expect(check).toMatchObject({ value: 200, isKept: true })
  })

  it('is missed by a figure that was not measured', () => {
    expect(checkBudget([bytes, ratio], { a: figures({ ms: 1 }) }).map(({ isKept }) => isKept)).toEqual([false, false])
  })

  it('says nothing of programs that did not run', () => {
    expect(checkBudget([bytes], { b: figures({ bytes: 1 }) })).toEqual([])
  })

  it('names a heading of the document that explains each limit', () => {
    const limits: { source: string }[] = JSON.parse(readFileSync(join(projectRoot, 'bench/budget.json'), 'utf8'))
    const sources = new Set(limits.map(each => each.source))
    const found = [...sources].filter(each => {
      const [, path = '', heading = ''] = /^(\S+), "(.+)"$/.exec(each) ?? []
      return readFileSync(join(projectRoot, path), 'utf8').includes(`## ${heading}\n`)
    })
    expect(found).toEqual([...sources])
  })
})
