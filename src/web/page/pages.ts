import type { Request, Response } from 'express'
import { deviceOfSession } from '../../accounts/device.js'
import { defaultSettings } from '../../accounts/settings.js'
import { languageOf, regionsOf } from '../../http/accepted-language.js'
import { createData, render, type ViewContext, type Viewer, viewContext } from '../../rendering/renderer.js'
import { themeColours } from '../../rendering/theme-colours.js'
import { offsetOf } from '../../rendering/zone-offsets.js'

const minuteMs = 60_000

/** An error of a form, in words; `field` is null if it concerns the whole form. */
export interface FormError {
  readonly field: string | null
  readonly text: string
  /** What the summary says, if that is more than the text beside the field. */
  readonly summary?: string
}

/** Who asks, in which language, region and time zone. */
export function viewerOf(request: Request): Viewer {
  const zone = request.account?.settings.zone ?? request.session?.zone ?? null
  const language = languageOf(request, request.account?.settings)
  const region = regionsOf(request)[language] ?? null
  return { userId: request.account?.id ?? '', language, zone, region, hidesNames: request.hidesNames }
}

/** What templates need to render for whoever asks. */
export function contextOf(request: Request): ViewContext {
  return viewContext(viewerOf(request))
}

/** Renders a page for whoever asks. `data`: what its template reads; a later part counts for more. */
export function renderPage(request: Request, template: string, ...data: readonly object[]): string {
  const { theme, textSize, sendKey, refreshSeconds, sounds, notifies, zone } =
    request.account?.settings ?? defaultSettings
  // A page that a form was answered with can't be loaded again, so the zone is not told there.
  const toldZone = request.method === 'GET' && zone === null ? request.session?.zone : null
  const devices = request.account?.devices ?? []
  const hasDevice = deviceOfSession({ devices }, request.sessionID) !== null
  const defaults = {
    csrfToken: request.csrfToken?.() ?? '',
    ownerId: request.account?.id ?? '',
    draftKey: request.handDraftKey?.() ?? '',
    toldZone,
    // As a browser counts it: minutes behind UTC.
    toldOffset: toldZone ? -offsetOf(toldZone, Date.now()) / minuteMs : 0,
    errors: [],
    hidesNames: request.hidesNames ?? false,
    hasDevice,
    // One of them may be this browser, if the server has lost its session.
    mayHaveLostDevice: devices.length > 0 && !hasDevice,
    themeColours: themeColours(theme),
    theme: theme === 'system' ? '' : theme,
    textSize: textSize === 'normal' ? '' : textSize,
    sendKey,
    sounds,
    notifies,
    refreshSeconds,
  }
  return render(`pages/${template}`, contextOf(request), Object.assign(createData(), defaults, ...data))
}

/** Answers with a page that has been rendered. */
export function sendRendered(request: Request, response: Response, status: number, page: string): void {
  response
    .status(status)
    .type('html')
    .set('Content-Language', viewerOf(request).language)
    .vary('Accept-Language')
    .send(page)
}

/** Renders a page, and answers with it. */
export function sendPage(
  request: Request,
  response: Response,
  status: number,
  template: string,
  ...data: readonly object[]
): void {
  sendRendered(request, response, status, renderPage(request, template, ...data))
}
