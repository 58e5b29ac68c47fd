import { request as requestOf } from 'express'
import { expect, it } from 'vitest'
import { isFetchedByOwnPage } from '#src/http/fetch-metadata.js'

const requestWith = (headers: Record<string, string>) => Object.assign(Object.create(requestOf), { headers })

it.each([
  ['image', {}, true],
  ['image', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image' }, true],
  ['empty', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }, true],
  ['empty', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }, false],
  ['image', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }, false],
  ['image', { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image' }, false],
  ['image', { 'sec-fetch-site': 'none' }, false],
  ['image', { 'sec-fetch-site': 'cross-site' }, false],
] as const)('a request for %s with %j is one of our own page: %s', (destination, headers, isOwn) => {
  expect(isFetchedByOwnPage(requestWith(headers), destination)).toBe(isOwn)
})
