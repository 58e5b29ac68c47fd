import type { EngineEvent } from '../../chat/engine.js'

/** Whether an event tells of something that will pass by itself: a connection that is behind need not have it. */
export function isPassing({ type }: Pick<EngineEvent, 'type'>): boolean {
  return type === 'typing.changed' || type === 'presence.changed'
}

/** Whether an event takes text away, which may still wait in the buffer of a transport. */
export function removesText({ type }: Pick<EngineEvent, 'type'>): boolean {
  return type === 'message.removed' || type === 'room.dissolved'
}
