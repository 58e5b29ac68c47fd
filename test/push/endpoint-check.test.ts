import { describe, expect, it } from 'vitest'
import { readConfig } from '#src/config.js'
import { endpointCheck } from '#src/push/endpoint-check.js'

const { hosts } = readConfig({}).push
const check = endpointCheck(hosts)

describe('an endpoint', () => {
  it.each([
    'https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ:APA91bE',
    'https://jmt17.google.com/fcm/send/dQw4w9WgXcQ:APA91bE',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABh',
    'https://web.push.apple.com/QGx_0-x',
    'https://wns2-by3p.notify.windows.com/w/?token=BQYAAAC%2b%3d',
  ])('of a browser is taken as it is: %s', endpoint => {
    expect(check(endpoint)).toBe(endpoint)
  })

  it('is taken with the letters of its host in lower case, and without its usual port', () => {
    expect(check('https://FCM.GoogleAPIs.com:443/fcm/send/A')).toBe('https://fcm.googleapis.com/fcm/send/A')
  })

  it.each([
    ['no address', 'fcm.googleapis.com/fcm/send/x'],
    ['empty', ''],
    ['without TLS', 'http://fcm.googleapis.com/x'],
    ['of another protocol', 'file:///etc/passwd'],
    ['on another port', 'https://fcm.googleapis.com:8443/x'],
    ['with a name before the host', 'https://user@fcm.googleapis.com/x'],
    ['with another host before the host', 'https://fcm.googleapis.com:x@evil.example/x'],
    ['with a fragment', 'https://fcm.googleapis.com/x#y'],
    ['of an unknown host', 'https://evil.example/x'],
    ['of a host that begins like a known one', 'https://fcm.googleapis.com.evil.example/x'],
    ['of a host that ends like a known one', 'https://evil-fcm.googleapis.com/x'],
    ['of a host that ends like a known domain', 'https://evilpush.apple.com/x'],
    ['of a domain without a name below', 'https://push.apple.com/x'],
    ['of a known host below the root', 'https://fcm.googleapis.com./x'],
    ['of loopback', 'https://127.0.0.1/x'],
    ['of loopback as one number', 'https://2130706433/x'],
    ['of loopback in IPv6', 'https://[::1]/x'],
    ['of the names of clouds', 'https://169.254.169.254/latest/meta-data'],
    ['of localhost', 'https://localhost/x'],
    ['too long', `https://fcm.googleapis.com/${'x'.repeat(2000)}`],
    ['too long once it is encoded', `https://fcm.googleapis.com/${'ü'.repeat(400)}`],
  ])('that is %s is refused', (_what, endpoint) => {
    expect(() => check(endpoint)).toThrow(expect.objectContaining({ code: 'push_unsupported' }))
  })

  it('may have an IP address only if PUSH_HOSTS names that one', () => {
    const { hosts } = readConfig({ PUSH_HOSTS: '192.0.2.1,[2001:db8::1]' }).push
    const check = endpointCheck(hosts)
    expect(check('https://192.0.2.1/x')).toBe('https://192.0.2.1/x')
    expect(check('https://[2001:db8:0::1]/x')).toBe('https://[2001:db8::1]/x')
    expect(() => check('https://192.0.2.2/x')).toThrow('push_unsupported')
  })
})
