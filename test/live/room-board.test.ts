import { describe, expect, it } from 'vitest'
import { RoomBoard } from '#src/live/room-board.js'
import { NotedSubscriber } from '../support/live/events.js'

/** A board on which ben has the room r1 open. */
function start() {
  const board = new RoomBoard()
  const ben = new NotedSubscriber('ben')
  board.enter('r1', ben)
  return { board, ben, ann: new NotedSubscriber('ann', 'a1'), annAgain: new NotedSubscriber('ann', 'a2') }
}

describe('the people who have a room open', () => {
  it('are those who entered it, each once, whatever other rooms are open', () => {
    const { board, ann, annAgain } = start()
    board.enter('r1', ann)
    board.enter('r1', annAgain)
    board.enter('r2', new NotedSubscriber('cem'))
    expect([board.activeUsers('r1'), board.activeUsers('r2'), board.activeUsers('r3')]).toEqual([
      ['ben', 'ann'],
      ['cem'],
      [],
    ])
  })

  it('include somebody until their last connection has left', () => {
    const { board, ann, annAgain } = start()
    board.enter('r1', ann)
    board.enter('r1', annAgain)
    board.leave('r1', ann)
    expect(board.activeUsers('r1')).toEqual(['ben', 'ann'])
    board.leave('r1', annAgain)
    expect(board.activeUsers('r1')).toEqual(['ben'])
  })

  it('do not include somebody whose connection has closed, in any room', () => {
    const { board, ben } = start()
    board.enter('r2', ben)
    board.leaveAll(ben)
    expect([board.activeUsers('r1'), board.activeUsers('r2')]).toEqual([[], []])
  })

  it('are none in a room that is gone', () => {
    const { board, ben } = start()
    board.enter('r2', ben)
    board.forget('r1')
    expect([board.activeUsers('r1'), board.activeUsers('r2')]).toEqual([[], ['ben']])
  })
})

describe('the other person', () => {
  it('is told when somebody opens the room, with who has it open then', () => {
    const { board, ben, ann } = start()
    board.enter('r1', ann)
    expect(ben.activities).toEqual([{ roomId: 'r1', userId: 'ann', isOpen: true, activeUsers: ['ben', 'ann'] }])
    expect(ann.activities).toEqual([])
  })

  it('is told when somebody has closed it everywhere, and not before', () => {
    const { board, ben, ann, annAgain } = start()
    board.enter('r1', ann)
    board.enter('r1', annAgain)
    board.leave('r1', ann)
    expect(ben.activities.slice(1)).toEqual([])
    board.leave('r1', annAgain)
    expect(ben.activities.slice(1)).toEqual([{ roomId: 'r1', userId: 'ann', isOpen: false, activeUsers: ['ben'] }])
  })

  it('is told nothing of a further connection, of entering twice, or of leaving twice', () => {
    const { board, ben, ann, annAgain } = start()
    board.enter('r1', ann)
    board.enter('r1', ann)
    board.enter('r1', annAgain)
    expect(ben.activities).toHaveLength(1)
    board.leave('r1', ann)
    board.leave('r1', annAgain)
    board.leave('r1', annAgain)
    expect(ben.activities).toHaveLength(2)
  })

  it('is told nothing when somebody leaves a room that they had not open', () => {
    const { board, ben, ann } = start()
    board.leave('r1', ann)
    board.leave('r9', ann)
    expect(ben.activities).toEqual([])
  })

  it('is told when a connection closes that had the room open, once', () => {
    const { board, ben, ann } = start()
    board.enter('r1', ann)
    board.leaveAll(ann)
    board.leaveAll(ann)
    expect(ben.activities.map(({ isOpen }) => isOpen)).toEqual([true, false])
  })

  it('is told nothing by a connection that closes after it left or after the room is gone', () => {
    const { board, ben, ann, annAgain } = start()
    board.enter('r1', ann)
    board.leave('r1', ann)
    const left = ben.activities.length
    board.enter('r1', annAgain)
    board.leaveAll(ann)
    expect(ben.activities).toHaveLength(left + 1)
    board.forget('r1')
    board.enter('r1', ben)
    board.leaveAll(annAgain)
    expect(ben.activities).toHaveLength(left + 1)
  })

  it('need not listen for it', () => {
    const board = new RoomBoard()
    const deaf = { ...{ id: 'b', userId: 'ben', sessionId: null }, receive() {}, beat() {}, close() {}, end() {} }
    board.enter('r1', deaf)
    expect(() => board.enter('r1', new NotedSubscriber('ann'))).not.toThrow()
  })
})

describe('somebody on another node', () => {
  it('is told of like somebody here, to those who have the room open here, once', () => {
    const { board, ben } = start()
    board.noteElsewhere('r1', { nodeId: 'n2', userId: 'ann' }, true)
    board.noteElsewhere('r1', { nodeId: 'n3', userId: 'ann' }, true)
    expect(ben.activities).toEqual([{ roomId: 'r1', userId: 'ann', isOpen: true, activeUsers: ['ann', 'ben'] }])
    board.noteElsewhere('r1', { nodeId: 'n2', userId: 'ann' }, false)
    expect(board.activeUsers('r1')).toEqual(['ann', 'ben'])
    board.noteElsewhere('r1', { nodeId: 'n3', userId: 'ann' }, false)
    expect(ben.activities.slice(1)).toEqual([{ roomId: 'r1', userId: 'ann', isOpen: false, activeUsers: ['ben'] }])
  })

  it('keeps the room open for a person who has closed it here', () => {
    const { board, ben, ann } = start()
    board.enter('r1', ann)
    board.noteElsewhere('r1', { nodeId: 'n2', userId: 'ann' }, true)
    board.leave('r1', ann)
    expect(ben.activities).toHaveLength(1)
  })

  it('is not remembered of rooms that nobody has open here', () => {
    const { board, ben } = start()
    board.noteElsewhere('r9', { nodeId: 'n2', userId: 'ann' }, true)
    expect(board.activeUsers('r9')).toEqual([])
    board.noteElsewhere('r1', { nodeId: 'n2', userId: 'ann' }, true)
    board.leave('r1', ben)
    board.enter('r1', ben)
    expect(board.activeUsers('r1')).toEqual(['ben'])
  })
})
