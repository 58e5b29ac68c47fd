import type { Request, Response } from 'express'
import { parseInput } from '../../accounts/account-input.js'
import { deviceKeysInput, digestSession } from '../../accounts/device.js'
import { problemAnswers } from '../../api/problems.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { browserNameOf } from '../../http/browser-name.js'
import { accountOf, formField } from '../../http/request.js'
import type { Route } from '../../http/routes.js'

const page = '/settings/account'

/**
 * Switching a browser on and off that is told of messages while the site is closed, which its script does, and removing one that
 * is listed. A script is answered with 204, or with a problem.
 */
export function deviceForms({
  log,
  people,
  sessions,
  deviceSessions,
  checkEndpoint,
}: Pick<Context, 'log' | 'people' | 'sessions' | 'deviceSessions' | 'checkEndpoint'>): Route[] {
  const ofScript = { method: 'post', formPage: '/settings/notifications', onError: [problemAnswers(log, 0)] } as const

  /** Answers a script whose session has a device now. Whoever has ended the session meanwhile has found none to end with it. */
  const confirm = async (request: Request, response: Response) => {
    const session = sessionOf(request)
    if (!(await sessions.isLive(request)))
      await people.dropDevices(accountOf(request).id, device => device.session === session)
    response.status(204).end()
  }

  const add: Route['handle'] = async (request, response) => {
    if (checkEndpoint === null) throw new ChatError('not_found')
    const account = accountOf(request)
    const endpoint = checkEndpoint(formField(request, 'endpoint'))
    const keys = parseInput(deviceKeysInput, request.body)
    const session = sessionOf(request)
    const { endsAt } = deviceSessions
    await people.addDevice(account, { endpoint, ...keys, session, ...browserNameOf(request), endsAt })
    await confirm(request, response)
  }

  /** A browser whose session the server has lost, as by a restart, hands its device to the session of its next log-in. */
  const move: Route['handle'] = async (request, response) => {
    const owner = { session: sessionOf(request), endsAt: deviceSessions.endsAt }
    const isTheirs = await people.moveDevice(accountOf(request).id, formField(request, 'endpoint'), owner)
    if (!isTheirs) throw new ChatError('not_found')
    await confirm(request, response)
  }

  const leave: Route['handle'] = async (request, response) => {
    const session = sessionOf(request)
    await people.removeDevices(accountOf(request).id, device => device.session === session)
    response.status(204).end()
  }

  const remove: Route['handle'] = async (request, response) => {
    const deviceId = formField(request, 'device')
    await people.removeDevices(accountOf(request).id, ({ id }) => id === deviceId)
    response.redirect(303, `${page}?done=device`)
  }

  return [
    { ...ofScript, path: '/settings/devices', handle: add },
    { ...ofScript, path: '/settings/devices/move', handle: move },
    { ...ofScript, path: '/settings/devices/leave', handle: leave },
    { method: 'post', path: '/settings/devices/remove', formPage: page, handle: remove },
  ]
}

function sessionOf({ sessionID }: Request): string {
  return digestSession(sessionID)
}
