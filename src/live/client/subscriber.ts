import type { AnnouncementKind } from '../../accounts/settings.js'
import type { Answer } from '../../chat/answer.js'
import type { EngineEvent, RoomId, UserId } from '../../chat/engine.js'
import type { Language, Regions } from '../../languages.js'
import type { CloseCode } from './close-codes.js'
import type { SharedRenderings } from './shared-renderings.js'

/** Who is at the other end of a connection, as determined at the handshake. Holds ids only, never the request. */
export interface Identity {
  readonly userId: UserId
  /** The session with which the connection ends; null for a token. */
  readonly sessionId: string | null
  /** When the session or token ends, as of the handshake; by the wall clock, ms since the epoch. */
  readonly endsAt: number
  /** When it ends as it stands now, since a request may have put it off; null when it is over. */
  readEnd(): Promise<number | null>
  /** The time zone for rendering pages; null if it is not known. */
  readonly zone: string | null
  /** The language that is set, or that the handshake asks for; a page that was rendered in another one keeps it. */
  readonly language: Language
  /** The regions that the handshake asks for; none for a program. */
  readonly regions?: Regions
  /** What is announced to this person on pages. */
  readonly announced: readonly AnnouncementKind[]
  /** Whether titles of pages leave names out. Programs have no titles. */
  readonly hidesNames?: boolean
}

/** What takes text for a page or program: a transport, or a connection around it. */
export interface TextSink {
  /** @param state what the other end shows once it has this; an event stream gives it back on reconnecting */
  write(text: string, state?: string): void
  /** Writes what brings the other end up to date, and may be long: taking its time for it makes nobody a slow reader. */
  catchUp(text: string, state?: string): void
  /** Resolves once what `catchUp` wrote was taken, or the transport has ended. */
  taken(): Promise<void>
  close(code: CloseCode): void
  /** Whether much is unread. If so, typing and presence should not be sent. */
  readonly isBusy: boolean
  /** Cuts a transport that takes nothing, since a message that is gone may wait in its buffer. */
  cutIfStalled(): void
}

/** Someone has opened a room on a page or in a program, or has closed it everywhere. */
export interface RoomActivity {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly isOpen: boolean
  /** Who of the two has the room open now. */
  readonly activeUsers: readonly UserId[]
}

/** Which rooms connections have open. */
export interface OpenRooms {
  /**
   * Notes that a connection has read a room, and has it open. Not to be called for one that is closed. Resolves once it is known
   * who else has it open.
   */
  enterRoom(roomId: RoomId, subscriber: Subscriber): Answer<void>
  /** Notes that a connection no longer has a room open. */
  leaveRoom(roomId: RoomId, subscriber: Subscriber): void
  /** Which of a room's two people have it open. */
  activeUsers(roomId: RoomId): UserId[]
}

/** An open connection, as the hub knows it. */
export interface Subscriber {
  readonly id: string
  readonly userId: UserId
  readonly sessionId: string | null
  /** Takes an event for this person. Must not throw. */
  receive(event: EngineEvent, shared: SharedRenderings): void
  /** The other person opened or closed a room that this connection has open. Must not throw. */
  receiveActivity?(activity: RoomActivity): void
  /** Pauses or resumes updates of a room. Must not throw. */
  pause?(roomId: RoomId, isPaused: boolean): void
  /** Events may be lost that it was to receive: it brings the other end up to date. Must not throw. */
  catchUpMissed?(): void
  /** Writes something, so that the other end knows that the connection is alive, and checks that it may still listen. */
  beat(): void
  close(code: CloseCode): void
  /** The transport has closed: it forgets all that it holds, and takes nothing more. */
  end(): void
}

/** What the server keeps for one open page or program: it also takes frames from the other end. */
export interface ClientSession extends Subscriber {
  /** Takes a frame; false if it is not one that this session knows. Throws only for faults of ours. */
  handle(frame: Record<string, unknown>): Answer<boolean>
}
