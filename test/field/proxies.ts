/** What proxies put in front of a server were reported to send, and what attackers try through them. */

/** Addresses as proxies write them into X-Forwarded-For, and the address that each is. */
export const writtenAddresses: readonly (readonly [written: string, address: string])[] = [
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:61598', '203.0.113.7'],
  ['203.0.113.7:', '203.0.113.7'],
  [' 203.0.113.7:80\t', '203.0.113.7'],
  ['[203.0.113.7]:443', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:61598', '2001:db8::7'],
  ['2001:db8::7:61598', '2001:db8::7'],
  ['2001:db8:0:0:0:0:0:7:8080', '2001:db8:0:0:0:0:0:7'],
  ['2001:db8:::61598', '2001:db8::'],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ['[::ffff:203.0.113.7]:61598', '::ffff:203.0.113.7'],
  ['::ffff:203.0.113.7:61598', '::ffff:203.0.113.7'],
  ['fe80::7%eth0', 'fe80::7'],
  ['[fe80::7%eth0]:443', 'fe80::7'],
]

/** What stands in X-Forwarded-For in place of an address. */
export const noAddresses: readonly string[] = [
  '',
  ' ',
  ':443',
  'unknown',
  '_hidden',
  'unix:',
  'localhost',
  'chat.example:443',
  '999.1.1.1',
  '203.0.113',
  '203.0.113.7:http',
  '203.0.113.7:1:2',
  '[203.0.113.7',
  '[]:80',
  '[2001:db8::7]80',
]

/** Pages and the Host headers that proxies make of their address, without PUBLIC_URL: all of them are ours. */
export const ownPages: readonly (readonly [origin: string, host: string])[] = [
  ['http://chat.lan', 'chat.lan'],
  ['http://chat.lan', 'chat.lan:80'],
  ['http://chat.lan', 'Chat.LAN:80'],
  ['http://chat.lan:80', 'chat.lan'],
  ['https://chat.lan', 'chat.lan'],
  ['https://chat.lan', 'chat.lan:443'],
  ['http://chat.lan:8080', 'chat.lan:8080'],
  ['http://chat.lan.', 'chat.lan.:80'],
  ['http://192.0.2.7', '192.0.2.7:80'],
  ['http://[2001:db8::7]', '[2001:db8::7]:80'],
  ['http://[2001:db8::7]:8080', '[2001:DB8:0:0:0:0:0:7]:8080'],
  ['http://xn--kche-0ra.lan', 'küche.lan:80'],
]

/** Pages of others, without PUBLIC_URL, and what the Host header of our server says. */
export const foreignPages: readonly (readonly [what: string, origin: string, host: string])[] = [
  ['another port of the host', 'http://chat.lan:8081', 'chat.lan:8080'],
  ['another port of the host, which has the default one', 'http://chat.lan:8080', 'chat.lan'],
  ['the default port of the host, which has another one', 'http://chat.lan', 'chat.lan:8080'],
  ['the default port of https, on the host by http', 'http://chat.lan:443', 'chat.lan:80'],
  ['https on the default port of http', 'https://chat.lan', 'chat.lan:80'],
  ['http on the default port of https', 'http://chat.lan', 'chat.lan:443'],
  ['a host that ours begins', 'http://chat.lan.evil.example', 'chat.lan'],
  ['a host that begins with ours', 'http://chat.lane', 'chat.lan'],
  ['a host that ends with ours', 'http://evil-chat.lan', 'chat.lan'],
  ['a host below ours', 'http://evil.chat.lan', 'chat.lan'],
  ['the host above ours', 'http://lan', 'chat.lan'],
  ['our host with a dot behind it', 'http://chat.lan.', 'chat.lan'],
  ['our host as a name in front of another', 'http://chat.lan@evil.example', 'chat.lan'],
  ['our host as a name of somebody', 'http://evil.example@chat.lan', 'chat.lan'],
  ['our host as a path', 'http://evil.example/chat.lan', 'chat.lan'],
  ['a page with a path', 'http://chat.lan/evil', 'chat.lan'],
  ['a hidden place', 'null', 'chat.lan'],
  ['a hidden place, with a host of that name', 'null', 'null'],
  ['no place', '', 'chat.lan'],
  ['a host without a scheme', 'chat.lan', 'chat.lan'],
  ['another scheme', 'ftp://chat.lan', 'chat.lan'],
  ['an extension of the browser', 'chrome-extension://chat.lan', 'chat.lan'],
  ['two places', 'http://chat.lan, http://evil.example', 'chat.lan'],
  ['a host that is none', 'http://[', 'chat.lan'],
  ['our host, where the Host header names a path', 'http://chat.lan', 'chat.lan/x'],
  ['our host, where the Host header names somebody', 'http://chat.lan', 'x@chat.lan'],
  ['our host, where the Host header is empty', 'http://chat.lan', ''],
]
