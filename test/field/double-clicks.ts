/** A form that is pressed twice. `:name` stands for what the test puts there. */
export interface DoubleClick {
  readonly what: string
  /** The page that has the form. */
  readonly page: string
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  /** The status of both answers, and where they lead; '' where it is a page of its own. */
  readonly status: number
  readonly leadsTo: string
}

const password = 'long enough 1'
const newPassword = 'long enough 2'

/** Forms of visitors, that create or use up something. */
export const ofVisitors: readonly DoubleClick[] = [
  {
    what: 'creating an account',
    page: '/register?invite=:invite',
    path: '/register',
    fields: { username: ':name', email: ':name@example.com', password, invite: ':invite' },
    status: 303,
    leadsTo: '/chats',
  },
  {
    what: 'setting a new password by a link',
    page: '/reset/:link',
    path: '/reset/:link',
    fields: { newPassword },
    status: 303,
    leadsTo: '/login?done=reset',
  },
]

/** Forms of members, that create, use up or end something. */
export const ofMembers: readonly DoubleClick[] = [
  {
    what: 'changing the password',
    page: '/settings/account',
    path: '/settings/password',
    fields: { currentPassword: password, newPassword },
    status: 303,
    leadsTo: '/settings/account?done=password',
  },
  {
    what: 'deleting the account',
    page: '/settings/account',
    path: '/settings/delete',
    fields: { password },
    status: 303,
    leadsTo: '/login?done=deleted',
  },
  {
    what: 'logging out',
    page: '/chats',
    path: '/logout',
    fields: {},
    status: 303,
    leadsTo: '/login',
  },
  {
    what: 'logging out everywhere',
    page: '/settings/account',
    path: '/settings/sessions',
    fields: {},
    status: 303,
    leadsTo: '/login?done=everywhere',
  },
  { what: 'making an invite', page: '/invites', path: '/invites', fields: {}, status: 200, leadsTo: '' },
  {
    what: 'ending a chat',
    page: '/chats/:room/end',
    path: '/chats/:room/end',
    fields: {},
    status: 303,
    leadsTo: '/chats',
  },
  {
    what: 'taking a message back',
    page: '/chats/:room',
    path: '/chats/:room/messages/:message/unsend',
    fields: {},
    status: 303,
    leadsTo: '/chats/:room',
  },
]

const inChat = { page: '/chats/:room', status: 303, leadsTo: '/chats/:room' } as const

/** Forms of members that change nothing more the second time. */
export const doneTwice: readonly DoubleClick[] = [
  { ...inChat, what: 'sending', path: '/chats/:room/messages', fields: { content: 'hello', nonce: 'double' } },
  { ...inChat, what: 'the lifetime', path: '/chats/:room/lifetime', fields: { lifetimeMs: '300000' } },
  { ...inChat, what: 'keeping', path: '/chats/:room/keep', fields: {} },
  { ...inChat, what: 'opening a chat', path: '/chats', fields: { userId: ':person' } },
  { ...inChat, what: 'blocking', path: '/people/:person/block', fields: {}, leadsTo: '/people/:person/block' },
  {
    ...inChat,
    what: 'ending a block',
    path: '/people/:person/unblock',
    fields: {},
    leadsTo: '/settings/privacy?done=unblocked',
  },
  {
    ...inChat,
    what: 'saving the settings',
    path: '/settings',
    fields: { theme: 'light' },
    leadsTo: '/settings?done=saved',
  },
  { ...inChat, what: 'pausing', path: '/chats/:room/updates', fields: { paused: 'yes' }, status: 204, leadsTo: '' },
]
