import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { onceOver } from '#src/live/transport/response-end.js'

let socket: Socket
let told: string[]
beforeEach(() => {
  socket = new Socket()
  told = []
})

/** An answer on the connection; pipelined requests have many on one. */
const newResponse = () => new ServerResponse(new IncomingMessage(socket))
const tell = (name: string) => () => void told.push(name)

it('tells once that an answer is out, and everybody who asked, in their order', () => {
  const response = newResponse()
  onceOver(response, tell('first'))
  onceOver(response, tell('second'))
  expect(told).toEqual([])
  response.emit('close')
  response.emit('close')
  expect(told).toEqual(['first', 'second'])
})

it('tells of an answer that never had its turn when the connection ends', async () => {
  const [current, queued] = [newResponse(), newResponse()]
  onceOver(current, tell('current'))
  onceOver(queued, tell('queued'))
  onceOver(queued, tell('queued too'))
  socket.destroy()
  await nextTurn()
  expect(told).toEqual(['current', 'queued', 'queued too'])
})

it('does not tell again of an answer that was out before the connection ended', async () => {
  const response = newResponse()
  onceOver(response, tell('out'))
  response.emit('close')
  socket.destroy()
  await nextTurn()
  response.emit('close')
  expect(told).toEqual(['out'])
})

it('does not tell of one answer when another on its connection is out', () => {
  const [first, second] = [newResponse(), newResponse()]
  onceOver(first, tell('first'))
  onceOver(second, tell('second'))
  first.emit('close')
  expect(told).toEqual(['first'])
})

it('tells at once where the answer or its connection has ended already', () => {
  const response = newResponse()
  response.destroy()
  onceOver(response, tell('of the answer'))
  socket.destroy()
  onceOver(newResponse(), tell('of the connection'))
  expect(told).toEqual(['of the answer', 'of the connection'])
})

it('listens once to an answer and once to its connection, however many ask, and no more when it is out', () => {
  const before = socket.listenerCount('close')
  const responses = Array.from({ length: 20 }, newResponse)
  for (const response of responses) {
    for (let asked = 0; asked < 20; asked += 1) onceOver(response, () => {})
  }
  expect(socket.listenerCount('close') - before).toBe(1)
  const [response] = responses
  expect(response?.listenerCount('close')).toBe(1)
  response?.emit('close')
  expect(response?.listenerCount('close')).toBe(0)
})

it('tells who asks while others are told, of an answer that is out', () => {
  const response = newResponse()
  onceOver(response, () => {
    response.destroyed = true
    onceOver(response, tell('later'))
  })
  response.emit('close')
  expect(told).toEqual(['later'])
})
